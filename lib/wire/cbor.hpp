#pragma once
// CBOR (RFC 8949) through nlohmann::json, with limits that hold before anything is decoded.
#include <optional>

#include <nlohmann/json.hpp>

#include "buri/base/bytes.hpp"

namespace buri::wire {

using json = nlohmann::json;

inline constexpr std::size_t max_cbor_depth = 8;
inline constexpr std::size_t max_cbor_items = 200'000;

/// One CBOR map and nothing after it. Nothing for malformed input, deeper nesting, more items, indefinite lengths past the
/// end, duplicate keys or keys that are not text.
std::optional<json> parse_cbor_map(byte_view input);
bytes encode_cbor(const json& value);

}  // namespace buri::wire
