#pragma once
// A connection as the control channel uses it, whatever carries it: reads with a deadline, writes through a bounded queue.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/net/byte_stream.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <memory>

namespace buri::net {

class tcp_channel {
public:
    tcp_channel(std::unique_ptr<byte_stream> connected, std::size_t max_queued);
    /// Over plain TCP.
    tcp_channel(asio::ip::tcp::socket connected, std::size_t max_queued);

    /// At least one byte; errc::timed_out at the deadline, errc::server_closed at the end of the stream or on any
    /// failure.
    asio::awaitable<result<std::size_t>> async_read(byte_span into, time_point deadline);

    /// Queued; false (and the channel is closed) if the other side does not read and the queue is full.
    bool send(byte_view data);
    /// Writes what is queued. Runs until the channel is closed or broken, or, after finish(), until all is written.
    asio::awaitable<void> run_writer();
    /// Nothing more will be sent: the writer ends once the queue is empty.
    void finish();
    void close();

    [[nodiscard]] const endpoint& remote() const { return stream_->remote(); }
    [[nodiscard]] const byte_stream& stream() const { return *stream_; }

private:
    void wake();

    std::unique_ptr<byte_stream> stream_;
    asio::steady_timer writer_wakes_;
    bytes queue_;
    std::size_t max_queued_;
    bool finishing_ = false;
    bool closed_ = false;
};

endpoint to_endpoint(const asio::ip::tcp::endpoint& from);
asio::ip::address to_asio(const ip_address& from);

}  // namespace buri::net
