#include "buri/net/tcp_channel.hpp"

#include "buri/net/tokens.hpp"

namespace buri::net {

endpoint to_endpoint(const asio::ip::tcp::endpoint& from) {
    const auto address = from.address();
    if (address.is_v4()) return {ip_address::v4(address.to_v4().to_uint()), from.port()};
    return {ip_address::v6(address.to_v6().to_bytes()), from.port()};
}

asio::ip::address to_asio(const ip_address& from) {
    if (from.is_v4()) return asio::ip::address_v4(from.v4_value());
    return asio::ip::address_v6(from.v6_bytes());
}

tcp_channel::tcp_channel(std::unique_ptr<byte_stream> connected, std::size_t max_queued)
    : stream_(std::move(connected)), writer_wakes_(stream_->get_executor()), max_queued_(max_queued) {}

tcp_channel::tcp_channel(asio::ip::tcp::socket connected, std::size_t max_queued)
    : tcp_channel(make_tcp_stream(std::move(connected)), max_queued) {}

asio::awaitable<result<std::size_t>> tcp_channel::async_read(byte_span into, time_point deadline) {
    return stream_->async_read(into, deadline);
}

bool tcp_channel::send(byte_view data) {
    if (closed_) return false;
    if (queue_.size() + data.size() > max_queued_) {
        close();
        return false;
    }
    append(queue_, data);
    wake();
    return true;
}

asio::awaitable<void> tcp_channel::run_writer() {
    while (!closed_) {
        if (queue_.empty()) {
            if (finishing_) break;
            writer_wakes_.expires_at(asio::steady_timer::time_point::max());
            co_await writer_wakes_.async_wait(as_tuple);
            continue;
        }
        const bytes batch = std::exchange(queue_, {});
        const auto written = co_await stream_->async_write(batch);
        if (!written) close();
    }
    if (!closed_) co_await stream_->async_finish();
}

void tcp_channel::finish() {
    finishing_ = true;
    wake();
}

void tcp_channel::close() {
    if (std::exchange(closed_, true)) return;
    stream_->close();
    wake();
}

void tcp_channel::wake() {
    writer_wakes_.cancel();
}

}  // namespace buri::net
