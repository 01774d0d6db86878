#pragma once
// Names to addresses. getaddrinfo() cannot be interrupted, and a dead name server keeps it for many seconds: it runs in
// a thread of its own, which is left to itself when nobody waits for it any more.
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"

#include <asio/awaitable.hpp>
#include <asio/error_code.hpp>
#include <asio/ip/address.hpp>

#include <functional>
#include <string>
#include <vector>

namespace buri::net {

/// Of a name, or of an address as text. errc::server_unresolved with the reason, which may be that `until` has come, or
/// errc::cancelled.
asio::awaitable<result<std::vector<asio::ip::address>>> async_look_up(std::string host, time_point until);

/// Asked in a thread of its own, for as long as it likes.
using name_resolver = std::function<std::vector<asio::ip::address>(const std::string& host, asio::error_code& problem)>;

/// The same with another resolver than the system's.
asio::awaitable<result<std::vector<asio::ip::address>>> async_look_up(std::string host, time_point until,
                                                                      name_resolver ask);

}  // namespace buri::net
