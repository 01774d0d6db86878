#include "buri/crypto/signatures.hpp"

#include <openssl/rsa.h>

namespace buri::crypto {
namespace {

constexpr int pss_salt_size = 32;

/// Ed25519 hashes for itself.
const EVP_MD* digest_of(suite_id suite, key_type type) {
    if (type == key_type::ed25519) return nullptr;
    return suite == suite_id::classic ? openssl::sha1() : openssl::sha256();
}

/// `context` belongs to the digest context that it was made with.
void choose_padding(EVP_PKEY_CTX* context, suite_id suite, key_type type) {
    if (type == key_type::ed25519) return;
    if (suite == suite_id::classic) {
        openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1);
        return;
    }
    openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    openssl::require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, pss_salt_size) == 1);
    openssl::require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, openssl::sha256()) == 1);
}

}  // namespace

bytes make_signature(suite_id suite, key_type type, EVP_PKEY* key, byte_view data) {
    const openssl::digest_context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr;
    openssl::require(context != nullptr &&
                     EVP_DigestSignInit(context.get(), &settings, digest_of(suite, type), nullptr, key) == 1);
    choose_padding(settings, suite, type);
    bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    auto size = signature.size();
    openssl::require(EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) == 1);
    signature.resize(size);
    return signature;
}

bool check_signature(suite_id suite, key_type type, EVP_PKEY* key, byte_view data, byte_view signature) {
    if (suite == suite_id::classic && type != key_type::rsa) return false;
    const openssl::digest_context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr;
    openssl::require(context != nullptr &&
                     EVP_DigestVerifyInit(context.get(), &settings, digest_of(suite, type), nullptr, key) == 1);
    choose_padding(settings, suite, type);
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

}  // namespace buri::crypto
