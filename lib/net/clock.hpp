#pragma once
// The clocks of the shell. Below net, time is a parameter.
#include "buri/base/time_point.hpp"

#include <chrono>

namespace buri::net {

inline time_point now() {
    return time_point(std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

inline wall_time wall_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// How long the machine slept since it was started (CLOCK_BOOTTIME counts that, CLOCK_MONOTONIC does not).
duration time_asleep();

/// For Asio's timers.
inline std::chrono::steady_clock::time_point to_steady(time_point when) {
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(when.time_since_epoch()));
}

}  // namespace buri::net
