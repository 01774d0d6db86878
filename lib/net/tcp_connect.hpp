#pragma once
// One TCP connection to one address.
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>

namespace buri::net {

/// From `local_port` if that is not 0, shared with other sockets of this user (SO_REUSEPORT). errc::server_unreachable
/// with the reason alone: "no answer in 5 s", "Connection refused".
asio::awaitable<result<asio::ip::tcp::socket>> async_connect(endpoint to, time_point deadline,
                                                             std::uint16_t local_port = 0);

/// Lets several sockets of this user have one port: before bind(), on each of them.
asio::error_code share_port(asio::basic_socket<asio::ip::tcp>& socket);
asio::error_code share_port(asio::basic_socket_acceptor<asio::ip::tcp>& acceptor);

}  // namespace buri::net
