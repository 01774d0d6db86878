#pragma once
// Wall-clock time as text, RFC 3339 in UTC to the second.
#include "buri/base/time_point.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace buri {

/// "2026-03-01T09:12:00Z"
std::string to_rfc3339(wall_time when);
/// Exactly that form, of a time that exists in the years 1970 to 9999.
std::optional<wall_time> parse_rfc3339(std::string_view text);

}  // namespace buri
