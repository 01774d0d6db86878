#pragma once
// A deadline for one asynchronous operation: when it passes, the operation is cancelled and was_hit() tells why.
#include "buri/net/clock.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <memory>

namespace buri::net {

/// Lives in the coroutine around one co_await. `io` is any Asio object with cancel(), and outlives this.
class deadline {
public:
    template <typename Io>
    deadline(Io& io, time_point when) : timer_(io.get_executor()), hit_(std::make_shared<bool>(false)) {
        if (when == never) return;
        timer_.expires_at(to_steady(when));
        timer_.async_wait([hit = std::weak_ptr<bool>(hit_), &io](const asio::error_code& problem) {
            const auto alive = hit.lock();
            if (problem || !alive) return;
            *alive = true;
            io.cancel();
        });
    }
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    [[nodiscard]] bool was_hit() const { return *hit_; }

private:
    asio::steady_timer timer_;
    std::shared_ptr<bool> hit_;
};

}  // namespace buri::net
