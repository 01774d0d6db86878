#pragma once
// This end of a pair of local sockets behind which a stream carries datagrams (net/datagram_pump.hpp).
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/udp/send_options.hpp"

#include <optional>

namespace buri::dataplane {

class stream_end {
public:
    /// Takes the descriptor. Everything comes from `other_end` of the stream.
    stream_end(int fd, const endpoint& other_end) : fd_(fd), other_end_(other_end) {}
    stream_end(stream_end&&) noexcept;
    stream_end& operator=(stream_end&&) noexcept;
    ~stream_end();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const endpoint& other_end() const { return other_end_; }
    /// The stream is over and everything that it brought was read.
    [[nodiscard]] bool has_ended() const { return has_ended_; }

    /// Bytes read; nothing if no datagram waits. One that is larger than the buffer is skipped.
    std::optional<std::size_t> receive(byte_span into);
    /// A stream whose queue is full does not take it.
    udp::send_outcome send(byte_view datagram);

private:
    [[nodiscard]] bool is_closed_there() const;

    int fd_ = -1;
    endpoint other_end_;
    bool has_ended_ = false;
};

}  // namespace buri::dataplane
