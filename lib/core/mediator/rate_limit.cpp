#include "buri/core/mediator/rate_limit.hpp"

#include <algorithm>

namespace buri::core {

rate_limit::rate_limit(std::uint32_t burst, duration period)
    : burst_(burst), interval_(burst > 0 ? period / burst : duration::zero()) {}

bool rate_limit::allow(std::uint64_t key, time_point now) {
    if (burst_ == 0 || next(key, now) > now) return false;
    count(key, now);
    return true;
}

void rate_limit::count(std::uint64_t key, time_point now) {
    if (paid_until_.size() >= forget_at_) forget_idle(now);
    auto& paid = paid_until_[key];
    paid = std::max(paid, now) + interval_;
}

time_point rate_limit::next(std::uint64_t key, time_point now) const {
    const auto found = paid_until_.find(key);
    return found != paid_until_.end() ? found->second - interval_ * (burst_ - 1) : now;
}

void rate_limit::forget_idle(time_point now) {
    std::erase_if(paid_until_, [now](const auto& entry) { return entry.second <= now; });
    forget_at_ = std::max<std::size_t>(1024, 2 * paid_until_.size());
}

}  // namespace buri::core
