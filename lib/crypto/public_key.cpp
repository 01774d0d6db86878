#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/key_state.hpp"
#include "buri/crypto/signatures.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>

namespace buri::crypto {
namespace {

using parameters = openssl::handle<OSSL_PARAM, OSSL_PARAM_free>;
using parameter_builder = openssl::handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

openssl::number to_number(byte_view big_endian) {
    openssl::number made(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
    openssl::require(made != nullptr);
    return made;
}

openssl::key rsa_from_parts(const rsa_parts& parts) {
    const auto modulus = to_number(parts.modulus);
    const auto exponent = to_number(parts.exponent);
    const parameter_builder builder(OSSL_PARAM_BLD_new());
    openssl::require(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
                     OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1);
    const parameters made(OSSL_PARAM_BLD_to_param(builder.get()));
    const openssl::key_context context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    openssl::require(made && context && EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, made.get()) != 1) return nullptr;
    return openssl::key(key);
}

/// RFC 4648 with padding, which OpenSSH insists on in key files.
std::string padded_base64(byte_view data) {
    auto text = to_base64(data);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

}  // namespace

openssl::key public_from_parts(const key_parts& parts) {
    if (const auto* const rsa = std::get_if<rsa_parts>(&parts)) return rsa_from_parts(*rsa);
    const auto& point = std::get<ed25519_parts>(parts).point;
    return openssl::key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size()));
}

std::string_view to_string(key_type type) {
    return type == key_type::rsa ? "rsa" : "ed25519";
}

public_key::public_key(std::shared_ptr<const state> made) : state_(std::move(made)) {}
public_key::public_key(const public_key&) = default;
public_key& public_key::operator=(const public_key&) = default;
public_key::public_key(public_key&&) noexcept = default;
public_key& public_key::operator=(public_key&&) noexcept = default;
public_key::~public_key() = default;

result<public_key> public_key::from_blob(byte_view blob) {
    const auto parts = blob.size() <= max_blob_size ? parse_key_blob(blob) : std::nullopt;
    if (!parts) {
        return fail(errc::key_unsuitable, "the key is neither an Ed25519 nor an RSA public key in SSH's encoding");
    }
    if (const auto reason = unsuitable_reason(*parts); !reason.empty()) {
        return fail(errc::key_unsuitable, "the key " + std::string(reason) + "; make a new one");
    }
    auto made = std::make_shared<state>();
    made->type = std::holds_alternative<rsa_parts>(*parts) ? key_type::rsa : key_type::ed25519;
    made->blob.assign(blob.begin(), blob.end());
    made->key = public_from_parts(*parts);
    if (!made->key)
        return fail(errc::key_unsuitable, "the key is refused by the cryptographic library; make a new one");
    return public_key(std::move(made));
}

key_type public_key::type() const {
    return state_->type;
}
const bytes& public_key::blob() const {
    return state_->blob;
}

std::string public_key::openssh_line(std::string_view comment) const {
    auto line = std::string(type() == key_type::rsa ? ssh_rsa : ssh_ed25519) + ' ' + padded_base64(blob());
    if (!comment.empty()) line += ' ';
    std::ranges::copy_if(comment, std::back_inserter(line),
                         [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    return line + '\n';
}

bool public_key::verify(suite_id suite, byte_view data, byte_view signature) const {
    return check_signature(suite, type(), state_->key.get(), data, signature);
}

}  // namespace buri::crypto
