#pragma once
// Drives a sans-I/O machine's deadlines with one timer.
#include "buri/base/time_point.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>

namespace buri::net {

class machine_timer {
public:
    explicit machine_timer(const asio::any_io_executor& executor) : timer_(executor) {}

    /// The machine's next deadline, told after every mutation. Costs nothing if it is not earlier than the one armed.
    void arm(time_point next);
    /// Calls `on_deadline` whenever the armed time has come; that call arms again. Runs until cancelled.
    asio::awaitable<void> run(std::function<void(time_point now)> on_deadline);

private:
    asio::steady_timer timer_;
    time_point wanted_ = never;
    time_point armed_ = never;
};

}  // namespace buri::net
