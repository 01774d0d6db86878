#pragma once
// Private to crypto/: sealing of suite 1, AES-256-CBC then HMAC-SHA1-96.
//
//     payload = ciphertext (PKCS#7 padding) | IV:bytes[16] | MAC:bytes[12]        MAC over header | ciphertext | IV
#include "buri/crypto/hmac_context.hpp"
#include "buri/crypto/openssl_handles.hpp"
#include "buri/crypto/sealing.hpp"

#include <optional>

namespace buri::crypto {

std::size_t classic_sealed_size(std::size_t plain);

class classic_sealer {
public:
    explicit classic_sealer(const direction_keys& keys);
    /// `sealed` has exactly the size that the message gets.
    void seal(sealed_header header, byte_view plain, byte_span sealed);
    [[nodiscard]] bool made(sealed_header header, byte_view sealed_payload) const;

private:
    void make_iv(sealed_header header, byte_span out) const;

    openssl::cipher_context context_;
    openssl::cipher_context iv_maker_;
    hmac_sha1_context mac_;
};

class classic_opener {
public:
    explicit classic_opener(const direction_keys& keys);
    std::optional<byte_span> open(sealed_header header, byte_span payload);

private:
    openssl::cipher_context context_;
    hmac_sha1_context mac_;
};

}  // namespace buri::crypto
