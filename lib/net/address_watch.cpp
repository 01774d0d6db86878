#include "buri/net/address_watch.hpp"

#include "buri/net/tokens.hpp"

namespace buri::net {

result<address_watch> address_watch::open(const asio::any_io_executor& executor) {
    auto monitor = network_monitor::open();
    if (!monitor) return fail(monitor.error());
    return address_watch(executor, std::move(*monitor));
}

address_watch::address_watch(const asio::any_io_executor& executor, network_monitor monitor)
    : monitor_(std::move(monitor)), readable_(executor, monitor_.fd()) {}

address_watch::~address_watch() {
    if (readable_.is_open()) readable_.release();
}

asio::awaitable<bool> address_watch::async_wait() {
    for (;;) {
        const auto [problem] = co_await readable_.async_wait(asio::posix::stream_descriptor::wait_read, as_tuple);
        if (problem) co_return false;
        if (monitor_.drain()) co_return true;
    }
}

}  // namespace buri::net
