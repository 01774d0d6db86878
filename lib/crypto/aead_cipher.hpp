#pragma once
// Private to crypto/: sealing with AES-256-GCM (suite 2) and ChaCha20-Poly1305 (suite 3).
//
//     payload = ciphertext | tag        nonce = iv XOR (0:u64 | id:u32)        AAD = header
//     payload = message | tag           the same nonce                         AAD = header | message; authenticated only
#include "buri/crypto/openssl_handles.hpp"
#include "buri/crypto/sealing.hpp"

#include <optional>

namespace buri::crypto {

inline constexpr std::size_t aead_tag_size = 16;

class aead_sealer {
public:
    aead_sealer(suite_id suite, const direction_keys& keys, secrecy kept);
    /// `sealed` has exactly the size that the message gets.
    void seal(sealed_header header, byte_view plain, byte_span sealed);

private:
    openssl::cipher_context context_;
    secret<12> iv_;
    secrecy kept_;
};

class aead_opener {
public:
    aead_opener(suite_id suite, const direction_keys& keys, secrecy kept);
    std::optional<byte_span> open(sealed_header header, byte_span payload);

private:
    openssl::cipher_context context_;
    secret<12> iv_;
    secrecy kept_;
};

}  // namespace buri::crypto
