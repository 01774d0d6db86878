#pragma once
#include "buri/base/time_point.hpp"

#include <string>

namespace buri::node {

/// "2026-03-01T09:12:00Z" (RFC 3339), UTC.
std::string to_rfc3339(wall_time when);

}  // namespace buri::node
