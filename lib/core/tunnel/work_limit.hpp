#pragma once
// How often work may be done that strangers can ask for: a token bucket.
#include "buri/base/time_point.hpp"

#include <algorithm>

namespace buri::core {

class work_limit {
public:
    /// One piece of work each `interval` in the long run, `burst` of them at once.
    constexpr work_limit(duration interval, int burst) : interval_(interval), slack_(interval * (burst - 1)) {}

    /// True if one more may be done now.
    bool take(time_point now) {
        const auto from = std::max(paid_until_, now);
        if (from - now > slack_) return false;
        paid_until_ = from + interval_;
        return true;
    }

private:
    duration interval_;
    duration slack_;
    time_point paid_until_ = time_point::min();
};

}  // namespace buri::core
