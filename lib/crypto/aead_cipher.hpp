#pragma once
// Private to crypto/: sealing with AES-256-GCM (suite 2) and ChaCha20-Poly1305 (suite 3).
//
//     payload = ciphertext | tag        nonce = iv XOR (0:u64 | id:u32)        AAD = header
//     payload = message | tag           the same nonce                         AAD = header | message; authenticated only
#include "buri/crypto/aead_backend.hpp"
#include "buri/crypto/aead_key.hpp"
#include "buri/crypto/sealing.hpp"

#include <memory>
#include <optional>

namespace buri::crypto {

class aead_cipher {
public:
    aead_cipher(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library);

    /// `sealed` has exactly the size that the message gets.
    void seal(sealed_header header, byte_view plain, byte_span sealed);
    std::optional<byte_span> open(sealed_header header, byte_span payload);

private:
    std::unique_ptr<aead_key> key_;
    secret<12> iv_;
};

}  // namespace buri::crypto
