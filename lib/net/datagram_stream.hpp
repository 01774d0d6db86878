#pragma once
// One end of a stream that carries datagrams, with a u32 size before each (protocol section 6). What waits to be written is
// bounded: the newest is dropped when the other side is slow.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/net/byte_stream.hpp"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace buri::net {

class datagram_stream {
public:
    struct limits {
        std::size_t datagrams = std::numeric_limits<std::size_t>::max();  ///< that wait to be written
        std::size_t bytes = 0;  ///< that wait, with their sizes; as many again may be under way
        std::size_t read = 0;   ///< bytes at a time, 4 or more; more for datagrams that are larger
        std::optional<duration> write_patience =
            std::nullopt;  ///< with what is under way; none: that of the byte stream
    };

    /// What the other side may.
    struct allowance {
        time_point until;         ///< something has to come by then
        std::size_t largest = 0;  ///< datagram; at most wire::max_framed_datagram
    };

    /// `early` was read from the stream already.
    datagram_stream(std::unique_ptr<byte_stream> stream, limits most, bytes early = {});

    /// Reads until the stream ends, breaks the format (errc::malformed), or does what it may not (that too, or errc::timed_out):
    /// `allowed` is asked before each read and for each datagram. Calls `take` with each datagram. Closes the stream, says why.
    asio::awaitable<error> run_reader(std::function<void(byte_view)> take, std::function<allowance()> allowed);
    /// Writes what is sent. Runs until the stream is closed.
    asio::awaitable<void> run_writer();
    /// Writes what waits. For those that have no run_writer().
    asio::awaitable<result<void>> async_flush();

    [[nodiscard]] bool has_room(std::size_t datagram) const;
    /// False if there is no room, or the stream is closed.
    bool send(byte_view datagram);
    void close();

    [[nodiscard]] byte_stream& stream() const { return *stream_; }

private:
    /// The datagrams that buffer_ begins with. False if the format is broken, or one is larger than is allowed.
    bool take_all(const std::function<void(byte_view)>& take, const std::function<allowance()>& allowed);

    std::unique_ptr<byte_stream> stream_;
    limits most_;
    asio::steady_timer writer_wakes_;
    bytes buffer_;
    std::size_t held_ = 0;  ///< bytes of buffer_ that were read
    bytes waiting_;
    std::size_t datagrams_waiting_ = 0;
    bool closed_ = false;
};

}  // namespace buri::net
