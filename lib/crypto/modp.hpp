#pragma once
// Private to crypto/: Diffie-Hellman in the 2048-bit MODP group (RFC 3526 group 14, generator 2).
#include "buri/base/bytes.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <optional>

namespace buri::crypto {

inline constexpr std::size_t modp_size = 256;

class modp_key {
public:
    /// From a big-endian exponent.
    explicit modp_key(byte_view exponent);

    /// 2^exponent, left-padded.
    [[nodiscard]] bytes public_value() const;
    /// Left-padded; nothing if the peer's value is not from 2 to p-2 or not modp_size bytes.
    [[nodiscard]] std::optional<bytes> agree(byte_view peer_public) const;

private:
    [[nodiscard]] bytes power(const BIGNUM* base) const;

    openssl::number exponent_;
};

}  // namespace buri::crypto
