#pragma once
// How a process is asked to stop.
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/signal_set.hpp>

namespace buri::daemon {

/// Listens for SIGINT and SIGTERM from its construction on, and ignores SIGPIPE and SIGHUP. A process makes it before it
/// opens anything, so that no signal ends it halfway.
class stop_signals {
public:
    explicit stop_signals(asio::any_io_executor executor);

    /// The number of the signal that came. From then on a second one ends the process at once.
    asio::awaitable<int> async_wait();

private:
    asio::signal_set signals_;
};

}  // namespace buri::daemon
