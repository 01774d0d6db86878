#include "buri/net/clock.hpp"

#include <ctime>

namespace buri::net {
namespace {

duration read(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

duration time_asleep() {
    return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

}  // namespace buri::net
