#pragma once
// Private to crypto/: the SSH wire encoding of public keys (RFC 4253 section 6.6 ssh-rsa, RFC 8709 section 4
// ssh-ed25519).
#include "buri/base/bytes.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <variant>

namespace buri::crypto {

inline constexpr std::string_view ssh_rsa = "ssh-rsa";
inline constexpr std::string_view ssh_ed25519 = "ssh-ed25519";

struct ed25519_parts {
    std::array<std::uint8_t, 32> point{};
};

/// Big-endian, without leading zeros.
struct rsa_parts {
    bytes exponent;
    bytes modulus;
};

using key_parts = std::variant<ed25519_parts, rsa_parts>;

bytes encode_key_blob(const key_parts& parts);

/// Strict: one encoding for each key. Nothing if it is not a blob of one of the two kinds.
std::optional<key_parts> parse_key_blob(byte_view blob);

/// What is wrong with a well-formed key, as the end of "the key …"; empty if it may be used.
std::string_view unsuitable_reason(const key_parts& parts);

}  // namespace buri::crypto
