#pragma once
// One end of a stream that carries datagrams, with a u32 size before each (protocol section 6). What waits to be written is
// bounded: the newest is dropped when the other side is slow, and the stream is closed when it does not read at all.
#include "buri/base/bytes.hpp"
#include "buri/base/time_point.hpp"
#include "buri/net/byte_stream.hpp"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace buri::relay {

class datagram_stream {
public:
    static constexpr std::size_t max_waiting = 64;  ///< datagrams
    static constexpr std::size_t max_waiting_bytes = 1U << 18U;
    static constexpr auto write_patience = std::chrono::seconds(10);

    /// What the other side may.
    struct allowance {
        time_point until;         ///< something has to come by then
        std::size_t largest = 0;  ///< datagram; at most wire::max_framed_datagram
    };

    explicit datagram_stream(std::unique_ptr<net::byte_stream> stream);

    /// Reads until the stream ends, breaks the format, or does what it may not: `allowed` is asked before each read and for
    /// each datagram. `take` is called with each datagram.
    asio::awaitable<void> run_reader(std::function<void(byte_view)> take, std::function<allowance()> allowed);
    /// Writes what is sent. Runs until the stream is closed.
    asio::awaitable<void> run_writer();

    /// False if there is no room, or the stream is closed.
    bool send(byte_view datagram);
    void close();

    [[nodiscard]] const endpoint& remote() const { return stream_->remote(); }

private:
    /// The datagrams of the first `size` bytes of buffer_; how many bytes they took. Nothing if the format is broken, or one is
    /// larger than is allowed.
    std::optional<std::size_t> take_all(std::size_t size, const std::function<void(byte_view)>& take,
                                        const std::function<allowance()>& allowed);

    std::unique_ptr<net::byte_stream> stream_;
    asio::steady_timer writer_wakes_;
    bytes buffer_;
    bytes waiting_;
    std::size_t datagrams_waiting_ = 0;
    bool closed_ = false;
};

}  // namespace buri::relay
