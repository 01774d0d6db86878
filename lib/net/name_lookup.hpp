#pragma once
// Names to addresses. getaddrinfo() cannot be interrupted, and a dead name server keeps it for many seconds: it runs in
// a thread of its own, which is left to itself when nobody waits for it any more.
#include "buri/base/result.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/address.hpp>

#include <string>
#include <vector>

namespace buri::net {

/// Of a name, or of an address as text. errc::server_unresolved with the reason, or errc::cancelled.
asio::awaitable<result<std::vector<asio::ip::address>>> async_look_up(std::string host);

}  // namespace buri::net
