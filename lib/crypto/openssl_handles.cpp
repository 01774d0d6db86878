#include "buri/crypto/openssl_handles.hpp"

#include <openssl/err.h>

#include <cstdio>
#include <cstdlib>

namespace buri::crypto::openssl {
namespace {

digest fetch_digest(const char* name) {
    digest found(EVP_MD_fetch(nullptr, name, nullptr));
    require(found != nullptr);
    return found;
}

cipher fetch_cipher(const char* name) {
    cipher found(EVP_CIPHER_fetch(nullptr, name, nullptr));
    require(found != nullptr);
    return found;
}

}  // namespace

void require(bool succeeded) {
    if (succeeded) return;
    std::fputs("OpenSSL refused an operation that cannot fail with valid arguments\n", stderr);
    ERR_print_errors_fp(stderr);
    std::abort();
}

const EVP_MD* sha1() {
    static const auto found = fetch_digest("SHA1");
    return found.get();
}

const EVP_MD* sha256() {
    static const auto found = fetch_digest("SHA256");
    return found.get();
}

const EVP_CIPHER* aes_256_cbc() {
    static const auto found = fetch_cipher("AES-256-CBC");
    return found.get();
}

const EVP_CIPHER* aes_256_ecb() {
    static const auto found = fetch_cipher("AES-256-ECB");
    return found.get();
}

const EVP_CIPHER* aes_256_gcm() {
    static const auto found = fetch_cipher("AES-256-GCM");
    return found.get();
}

const EVP_CIPHER* chacha20_poly1305() {
    static const auto found = fetch_cipher("ChaCha20-Poly1305");
    return found.get();
}

}  // namespace buri::crypto::openssl
