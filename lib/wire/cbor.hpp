#pragma once
// CBOR (RFC 8949) through nlohmann::json, with limits that hold before anything is decoded.
#include "buri/base/bytes.hpp"
#include "buri/wire/json_fwd.hpp"

#include <optional>

namespace buri::wire {

inline constexpr std::size_t max_cbor_depth = 8;
inline constexpr std::size_t max_cbor_items = 200'000;

/// One CBOR map and nothing after it. Nothing for malformed input, deeper nesting, more items, keys that are not text, duplicate
/// keys, text that is not UTF-8, and what no message of ours has: indefinite lengths, tags, floating-point numbers, undefined.
std::optional<json> parse_cbor_map(byte_view input);
bytes encode_cbor(const json& value);

}  // namespace buri::wire
