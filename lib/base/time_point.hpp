#pragma once
// Time as a value. Nothing here can ask what time it is: the shell reads a clock and passes `now` down.
#include <chrono>

namespace buri {

/// The clock that time_point belongs to: monotonic, with an arbitrary zero, and on purpose without now().
struct monotonic {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<monotonic, duration>;
    static constexpr bool is_steady = true;
};

using duration = monotonic::duration;
using time_point = monotonic::time_point;

/// No deadline.
inline constexpr time_point never = time_point::max();

/// Wall-clock time of records and displays; no security decision rests on it alone.
using wall_time = std::chrono::sys_seconds;

}  // namespace buri
