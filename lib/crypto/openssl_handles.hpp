#pragma once
// Private to crypto/: OpenSSL's objects as owning handles.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace buri::crypto::openssl {

template <auto Free>
struct freed_by {
    template <typename Object>
    void operator()(Object* object) const {
        Free(object);
    }
};

template <typename Object, auto Free>
using handle = std::unique_ptr<Object, freed_by<Free>>;

using digest = handle<EVP_MD, EVP_MD_free>;
using digest_context = handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using cipher = handle<EVP_CIPHER, EVP_CIPHER_free>;
using cipher_context = handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using key = handle<EVP_PKEY, EVP_PKEY_free>;
using key_context = handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using number = handle<BIGNUM, BN_clear_free>;
using number_context = handle<BN_CTX, BN_CTX_free>;
using montgomery = handle<BN_MONT_CTX, BN_MONT_CTX_free>;
using memory_file = handle<BIO, BIO_free>;
using private_key_info = handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

/// For calls that fail only without memory or by a bug of ours: ends the process, as nothing safe can follow.
void require(bool succeeded);

/// Fetched once: a fetch for each message would cost more than the message.
const EVP_MD* sha1();
const EVP_MD* sha256();
const EVP_CIPHER* aes_256_cbc();
const EVP_CIPHER* aes_256_ecb();
const EVP_CIPHER* aes_256_gcm();
const EVP_CIPHER* chacha20_poly1305();

}  // namespace buri::crypto::openssl
