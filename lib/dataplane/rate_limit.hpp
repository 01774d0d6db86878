#pragma once
// At most so many a second, after a burst.
#include "buri/base/time_point.hpp"

#include <algorithm>

namespace buri::dataplane {

class rate_limit {
public:
    rate_limit(int burst, int per_second)
        : interval_(std::chrono::duration_cast<duration>(std::chrono::seconds(1)) / per_second),
          slack_(interval_ * (burst - 1)) {}

    bool take(time_point now) {
        if (next_ > now + slack_) return false;
        next_ = std::max(next_, now) + interval_;
        return true;
    }

private:
    duration interval_;
    duration slack_;
    time_point next_ = time_point::min();
};

}  // namespace buri::dataplane
