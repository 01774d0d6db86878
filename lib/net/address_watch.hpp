#pragma once
// Waits for changes of this machine's links, addresses and routes.
#include "buri/base/result.hpp"
#include "buri/net/netlink.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace buri::net {

class address_watch {
public:
    static result<address_watch> open(const asio::any_io_executor& executor);
    address_watch(address_watch&&) = default;
    ~address_watch();

    /// Until something has changed; false when cancelled.
    asio::awaitable<bool> async_wait();

private:
    address_watch(const asio::any_io_executor& executor, network_monitor monitor);

    network_monitor monitor_;
    asio::posix::stream_descriptor readable_;  ///< the monitor's own descriptor, released before it is closed
};

}  // namespace buri::net
