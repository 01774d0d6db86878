#pragma once
// Datagrams in a stream (net/datagram_stream.hpp) for the data plane, to which it is a descriptor of datagrams like any other: one
// end of a local pair; this pumps between the other end and the stream.
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/datagram_stream.hpp"

#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace buri::net {

class datagram_pump {
public:
    /// What is handed to the stream at a time, and what may wait for it at the local end: little, since what waits is late.
    static constexpr std::size_t max_waiting = std::size_t{128} << 10U;

    /// errc::internal if the process has no descriptor left. `early` was read from the stream already.
    static result<std::unique_ptr<datagram_pump>> make(std::unique_ptr<byte_stream> over, bytes early = {});
    datagram_pump(const datagram_pump&) = delete;
    datagram_pump& operator=(const datagram_pump&) = delete;
    ~datagram_pump();

    /// The other end, non-blocking; the caller closes it. Once.
    [[nodiscard]] int take_descriptor();
    /// Pumps both ways until either end is gone, close() is called, nothing has come for as long as `patience` (errc::timed_out),
    /// or the stream carries what is no datagram: a size of 0 or above 65,535 (errc::malformed). Says why. Once.
    asio::awaitable<error> run(std::optional<duration> patience = {});
    void close();

    /// Of those that came, because the data plane was slower. In the other direction it is the data plane that counts.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    datagram_pump(std::unique_ptr<byte_stream> over, asio::posix::stream_descriptor local, int other, bytes early);

    asio::awaitable<void> run_out();
    asio::awaitable<void> run_in(std::optional<duration> patience);
    bool collect();
    void deliver(byte_view datagram);
    void end_with(error why);

    datagram_stream stream_;
    asio::posix::stream_descriptor local_;
    int other_;
    bytes buffer_;  ///< of one datagram on its way to the stream
    std::uint64_t dropped_ = 0;
    std::optional<error> over_;
};

}  // namespace buri::net
