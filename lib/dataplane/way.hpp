#pragma once
// A way for datagrams: a UDP socket, or this end of a stream. The thread that sends and the one that receives share it; it is closed
// when both have let go of it.
#include "buri/dataplane/stream_end.hpp"
#include "buri/udp/datagram_socket.hpp"

#include <memory>
#include <variant>

namespace buri::dataplane {

using way = std::variant<udp::datagram_socket, stream_end>;

/// Takes the descriptor: of a stream whose other end is given, or a bound UDP socket. Null, and closes it, if it is neither.
std::shared_ptr<way> open_way(int fd, const std::optional<endpoint>& stream);

int fd_of(const way& one);
udp::send_outcome send(way& through, const endpoint& to, byte_view datagram, const udp::send_options& how);

}  // namespace buri::dataplane
