#pragma once
// A point in time as people write it on a command line.
#include "buri/base/time_point.hpp"

#include <optional>
#include <string_view>

namespace buri::cli {

/// A day (2027-01-31: from 0:00 UTC), a time (RFC 3339, fractions of a second dropped), or a duration from `now` (90s, 30m,
/// 24h, 7d, 4w, 1d12h). Nothing for what is none of them, or past the year 9999.
std::optional<wall_time> parse_moment(std::string_view text, wall_time now);

}  // namespace buri::cli
