#pragma once
// How patient a node is with its relays.
#include "buri/base/time_point.hpp"

#include <algorithm>

namespace buri::core {

inline constexpr duration udp_patience = std::chrono::milliseconds(300);  ///< before a stream is opened

/// `first` doubled so many times.
constexpr duration doubled(duration first, unsigned times, duration longest) {
    return std::min(first * (std::int64_t{1} << std::min(times, 10U)), longest);
}

}  // namespace buri::core
