#include "buri/net/machine_timer.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"

#include <algorithm>

namespace buri::net {

void machine_timer::arm(time_point next) {
    wanted_ = next;
    if (wanted_ < armed_) timer_.cancel();
}

asio::awaitable<void> machine_timer::run(std::function<void(time_point now)> on_deadline) {
    for (;;) {
        armed_ = wanted_;
        // The far future instead of time_point::max(), which overflows in the conversion to a timerfd.
        timer_.expires_at(to_steady(std::min(armed_, now() + std::chrono::hours(24))));
        co_await timer_.async_wait(as_tuple);
        const auto present = now();
        if (present >= wanted_) {
            wanted_ = never;
            on_deadline(present);
        }
    }
}

}  // namespace buri::net
