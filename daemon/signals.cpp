#include "daemon/signals.hpp"

#include <asio/use_awaitable.hpp>

#include <csignal>
#include <utility>

namespace buri::daemon {

stop_signals::stop_signals(asio::any_io_executor executor) : signals_(std::move(executor), SIGINT, SIGTERM) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
}

asio::awaitable<int> stop_signals::async_wait() {
    const int number = co_await signals_.async_wait(asio::use_awaitable);
    signals_.clear();
    co_return number;
}

}  // namespace buri::daemon
