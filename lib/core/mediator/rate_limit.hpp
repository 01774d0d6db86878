#pragma once
// So many acts at once, and then one more each so often; for each key on its own.
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <unordered_map>

namespace buri::core {

class rate_limit {
public:
    /// `burst` acts in `period`; 0 allows none.
    rate_limit(std::uint32_t burst, duration period);

    /// True if the act may be done now; then it counts.
    bool allow(std::uint64_t key, time_point now);
    /// Counts an act that was done already, also one too many: the next are put off so much longer.
    void count(std::uint64_t key, time_point now);
    /// When the next act of this key is allowed; not later than `now` if it is already. Not for a burst of 0.
    [[nodiscard]] time_point next(std::uint64_t key, time_point now) const;
    /// Keys that are kept: those that did something lately, and some that did not.
    [[nodiscard]] std::size_t size() const { return paid_until_.size(); }

private:
    void forget_idle(time_point now);

    std::uint32_t burst_;
    duration interval_;
    /// An act costs one interval of time; a key may be ahead of the clock by `burst` intervals.
    std::unordered_map<std::uint64_t, time_point> paid_until_;
    std::size_t forget_at_ = 1024;
};

}  // namespace buri::core
