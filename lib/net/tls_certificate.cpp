#include "buri/net/tls_certificate.hpp"

#include "buri/wire/writer.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace buri::net {
namespace {

template <auto Free>
struct freed_by {
    template <typename T>
    void operator()(T* what) const {
        Free(what);
    }
};
using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using number = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using public_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using extension = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

constexpr std::size_t max_issuer = 200;
constexpr long ten_years = 10L * 365 * 24 * 3600;

void put(wire::writer& out, byte_view field) {
    out.u32(static_cast<std::uint32_t>(field.size())).raw(field);
}

/// RFC 4251 section 5, mpint: big-endian, a zero before a set top bit.
void put(wire::writer& out, const BIGNUM* value) {
    bytes raw(static_cast<std::size_t>(BN_num_bytes(value)) + 1);
    BN_bn2bin(value, raw.data() + 1);
    const bool is_high = raw.size() > 1 && (raw[1] & 0x80U) != 0;
    put(out, byte_view(raw).subspan(is_high ? 0 : 1));
}

number number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    return number(value);
}

bytes blob_of(EVP_PKEY* key) {
    wire::writer out;
    if (key != nullptr && EVP_PKEY_is_a(key, "ED25519") == 1) {
        std::array<std::uint8_t, 32> point{};
        auto size = point.size();
        if (EVP_PKEY_get_raw_public_key(key, point.data(), &size) != 1) return {};
        put(out, as_bytes("ssh-ed25519"));
        put(out, point);
    } else if (key != nullptr && EVP_PKEY_is_a(key, "RSA") == 1) {
        const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
        const auto modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
        if (!exponent || !modulus) return {};
        put(out, as_bytes("ssh-rsa"));
        put(out, exponent.get());
        put(out, modulus.get());
    }
    return out.take();
}

std::string text_in(BIO* from) {
    char* start = nullptr;
    const auto size = BIO_get_mem_data(from, &start);
    return size > 0 ? std::string(start, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const X509_NAME* name) {
    const bio out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    auto text = text_in(out.get()).substr(0, max_issuer);
    std::ranges::replace_if(
        text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

bool add_extension(X509* to, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
    const extension made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    return made && X509_add_ext(to, made.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& name) {
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
    auto* const subject = X509_get_subject_name(certificate);
    const auto* const text = reinterpret_cast<const unsigned char*>(name.data());
    const bool is_address = ip_address::parse(name).has_value();
    return X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nullptr &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), ten_years) != nullptr &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text,
                                      static_cast<int>(std::min<std::size_t>(name.size(), 64)), -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           add_extension(certificate, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
}

public_key read_key(const std::string& pem) {
    if (pem.empty()) return public_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const bio from(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return public_key(from ? PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr) : nullptr);
}

}  // namespace

std::string openssl_reason() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason != nullptr ? reason : "OpenSSL does not say why";
}

std::optional<peer_certificate> certificate_of(SSL* session) {
    const auto* const shown = SSL_get0_peer_certificate(session);
    if (shown == nullptr) return std::nullopt;
    return peer_certificate{blob_of(X509_get0_pubkey(shown)), text_of(X509_get_issuer_name(shown))};
}

result<pem_pair> make_certificate(const std::string& name, const std::string& key_pem) {
    const auto key = read_key(key_pem);
    const x509 made(X509_new());
    const bio certificate(BIO_new(BIO_s_mem()));
    const bio secret(BIO_new(BIO_s_mem()));
    if (!key || !made || !certificate || !secret || !fill(made.get(), key.get(), name)) {
        return fail(errc::config, "a TLS certificate for '" + name + "' cannot be made: " + openssl_reason());
    }
    // Ed25519 has its digest built in (RFC 8410).
    const auto* const digest = EVP_PKEY_is_a(key.get(), "ED25519") == 1 ? nullptr : EVP_sha256();
    if (X509_sign(made.get(), key.get(), digest) == 0 || PEM_write_bio_X509(certificate.get(), made.get()) != 1 ||
        PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return fail(errc::config, "a TLS certificate for '" + name + "' cannot be made: " + openssl_reason());
    }
    return pem_pair{text_in(certificate.get()), text_in(secret.get())};
}

}  // namespace buri::net
