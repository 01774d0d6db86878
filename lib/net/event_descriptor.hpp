#pragma once
// An eventfd: another thread wakes the control thread with it.
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace buri::net {

class event_descriptor {
public:
    explicit event_descriptor(const asio::any_io_executor& executor);

    /// From any thread.
    void notify() noexcept;
    /// Until notified since the last wait; false when cancelled.
    asio::awaitable<bool> async_wait();

private:
    asio::posix::stream_descriptor descriptor_;
    int fd_;
};

}  // namespace buri::net
