#include "buri/crypto/identity_key.hpp"

#include "buri/base/secret.hpp"
#include "buri/crypto/key_state.hpp"
#include "buri/crypto/signatures.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace buri::crypto {
namespace {

/// One block of a PEM file, as OpenSSL allocates it; wiped.
struct pem_block {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;

    pem_block() = default;
    pem_block(const pem_block&) = delete;
    pem_block& operator=(const pem_block&) = delete;
    ~pem_block() {
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, static_cast<std::size_t>(size));
    }
};

bytes number_parameter(EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    openssl::require(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
    const openssl::number value(raw);
    bytes out(static_cast<std::size_t>(BN_num_bytes(value.get())));
    BN_bn2bin(value.get(), out.data());
    return out;
}

tl::unexpected<error> bad_file(std::string why) {
    return fail(errc::key_file, "the private key file " + std::move(why));
}

bool is_blank(std::string_view text) {
    return std::ranges::all_of(text,
                               [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; });
}

/// Only an unencrypted PKCS#8 block, alone in the file. Read block by block: OpenSSL's readers of keys would ask for a
/// passphrase.
result<openssl::key> read_pkcs8(std::string_view pem) {
    constexpr std::size_t max_size = 64 * 1024;
    if (pem.size() > max_size) return bad_file("is too long to be a key");
    const openssl::memory_file file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    openssl::require(file != nullptr);
    pem_block block;
    if (PEM_read_bio(file.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
        return bad_file("is not in PEM format, or cut off");
    }
    const std::string_view name = block.name;
    if (name == PEM_STRING_PKCS8 || std::string_view(block.header).find("ENCRYPTED") != std::string_view::npos) {
        return bad_file("is protected by a passphrase; remove that with 'openssl pkcs8 -in FILE -out NEW'");
    }
    if (name != PEM_STRING_PKCS8INF) {
        return bad_file("holds '" + std::string(name.substr(0, 64)) +
                        "' where 'PRIVATE KEY' (PKCS#8) is needed; convert it with 'openssl pkcs8 -topk8 -nocrypt'");
    }
    char* rest = nullptr;
    const auto left = BIO_get_mem_data(file.get(), &rest);
    if (!is_blank({rest, static_cast<std::size_t>(left)})) return bad_file("goes on after the key");
    const unsigned char* at = block.data;
    const openssl::private_key_info info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, block.size));
    if (!info || at != block.data + block.size) return bad_file("is damaged");
    openssl::key key(EVP_PKCS82PKEY(info.get()));
    if (!key) return bad_file("is damaged, or of a kind that is not known");
    return key;
}

/// The numbers of an RSA file may be read and yet not belong together; a wrong signature could then give the key away.
bool signs_rightly(EVP_PKEY* key, key_type type) {
    const auto probe = as_bytes("buri key check");
    const openssl::digest_context context(EVP_MD_CTX_new());
    openssl::require(context != nullptr);
    bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    auto size = signature.size();
    const auto* const digest = type == key_type::rsa ? openssl::sha256() : nullptr;
    if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, probe.data(), probe.size()) != 1) {
        return false;
    }
    const openssl::digest_context checker(EVP_MD_CTX_new());
    return checker && EVP_DigestVerifyInit(checker.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(checker.get(), signature.data(), size, probe.data(), probe.size()) == 1;
}

}  // namespace

key_parts parts_of(EVP_PKEY* key) {
    if (EVP_PKEY_get_id(key) == EVP_PKEY_RSA) {
        return rsa_parts{number_parameter(key, OSSL_PKEY_PARAM_RSA_E), number_parameter(key, OSSL_PKEY_PARAM_RSA_N)};
    }
    ed25519_parts parts;
    auto size = parts.point.size();
    openssl::require(EVP_PKEY_get_raw_public_key(key, parts.point.data(), &size) == 1);
    return parts;
}

struct identity_key::state {
    openssl::key key;
    public_key open_part;
};

identity_key::identity_key(std::unique_ptr<state> made) : state_(std::move(made)) {}
identity_key::identity_key(identity_key&&) noexcept = default;
identity_key& identity_key::operator=(identity_key&&) noexcept = default;
identity_key::~identity_key() = default;

identity_key identity_key::generate_ed25519(random_source& random) {
    secret<32> seed;
    random.fill(seed.writable());
    openssl::key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.view().data(), seed.view().size()));
    openssl::require(key != nullptr);
    auto open_part = public_key::from_blob(encode_key_blob(parts_of(key.get())));
    openssl::require(open_part.has_value());
    return identity_key(std::make_unique<state>(state{std::move(key), std::move(*open_part)}));
}

identity_key identity_key::generate_rsa(unsigned bits) {
    openssl::key key(EVP_RSA_gen(bits));
    openssl::require(key != nullptr);
    auto open_part = public_key::from_blob(encode_key_blob(parts_of(key.get())));
    openssl::require(open_part.has_value());
    return identity_key(std::make_unique<state>(state{std::move(key), std::move(*open_part)}));
}

result<identity_key> identity_key::from_pem(std::string_view pem) {
    auto key = read_pkcs8(pem);
    ERR_clear_error();
    if (!key) return fail(std::move(key.error()));
    const auto id = EVP_PKEY_get_id(key->get());
    if (id != EVP_PKEY_RSA && id != EVP_PKEY_ED25519) {
        return bad_file(
            "holds a key that is neither Ed25519 nor RSA; make one with 'openssl genpkey -algorithm ed25519'");
    }
    const auto parts = parts_of(key->get());
    if (const auto reason = unsuitable_reason(parts); !reason.empty()) {
        return bad_file("holds a key that " + std::string(reason));
    }
    auto open_part = public_key::from_blob(encode_key_blob(parts));
    if (!open_part) return bad_file("holds a key that cannot be used: " + open_part.error().text);
    if (!signs_rightly(key->get(), open_part->type()))
        return bad_file("is damaged: its numbers do not belong together");
    return identity_key(std::make_unique<state>(state{std::move(*key), std::move(*open_part)}));
}

const public_key& identity_key::public_part() const {
    return state_->open_part;
}

std::string identity_key::to_pem() const {
    const openssl::memory_file file(BIO_new(BIO_s_mem()));
    openssl::require(file != nullptr && PEM_write_bio_PKCS8PrivateKey(file.get(), state_->key.get(), nullptr, nullptr,
                                                                      0, nullptr, nullptr) == 1);
    char* text = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(file.get(), &text));
    std::string out(text, size);
    OPENSSL_cleanse(text, size);
    return out;
}

bool identity_key::fits(suite_id suite) const {
    return suite != suite_id::classic || type() == key_type::rsa;
}

bytes identity_key::sign(suite_id suite, byte_view data) const {
    openssl::require(fits(suite));
    return make_signature(suite, type(), state_->key.get(), data);
}

}  // namespace buri::crypto
