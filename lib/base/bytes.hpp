#pragma once
// Bytes as the whole project passes them: views over memory that somebody else owns, and an owning vector.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri {

using bytes = std::vector<std::uint8_t>;
using byte_view = std::span<const std::uint8_t>;
using byte_span = std::span<std::uint8_t>;

/// The bytes of a text, without a terminator. The view lives as long as the text.
byte_view as_bytes(std::string_view text);

/// A copy of the bytes as text.
std::string to_string(byte_view data);

void append(bytes& to, byte_view data);

/// Lower-case hexadecimal.
std::string to_hex(byte_view data);
std::optional<bytes> from_hex(std::string_view text);

/// RFC 4648 section 4, without padding, as OpenSSH shows fingerprints.
std::string to_base64(byte_view data);
/// Accepts padded and unpadded input; nothing else.
std::optional<bytes> from_base64(std::string_view text);

}  // namespace buri
