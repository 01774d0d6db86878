#pragma once
// Wakes every coroutine that waits for something to change; what changed, they look up themselves.
#include "buri/net/clock.hpp"
#include "buri/net/tokens.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <list>

namespace buri::net {

/// One thread.
class change_signal {
public:
    explicit change_signal(const asio::any_io_executor& executor) : executor_(executor) {}

    void notify() {
        for (auto& waiter : waiters_)
            waiter.cancel();
    }

    /// Until the next notify(), or the deadline.
    asio::awaitable<void> async_wait(time_point until) {
        const auto self = waiters_.emplace(waiters_.end(), executor_, to_steady(until));
        const leave on_exit{waiters_, self};
        co_await self->async_wait(as_tuple);
    }

private:
    struct leave {
        std::list<asio::steady_timer>& waiters;
        std::list<asio::steady_timer>::iterator self;
        ~leave() { waiters.erase(self); }
    };

    asio::any_io_executor executor_;
    std::list<asio::steady_timer> waiters_;
};

}  // namespace buri::net
