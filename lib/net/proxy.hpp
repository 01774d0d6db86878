#pragma once
// TCP connections through an HTTP proxy: CONNECT (RFC 9110 section 9.3.6), Basic authentication (RFC 7617).
#include "buri/base/proxy_settings.hpp"
#include "buri/base/result.hpp"
#include "buri/base/time_point.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace buri::net {

/// https_proxy or HTTPS_PROXY, with no_proxy or NO_PROXY; nothing if neither is set. The error names the variable.
result<std::optional<proxy_settings>> proxy_from_environment();

/// A stream to HOST:PORT behind the proxy, which resolves the name. errc::server_unreachable with the reason alone: what the
/// proxy wants or forbids, or that it is none.
asio::awaitable<result<asio::ip::tcp::socket>> async_connect_via_proxy(proxy_settings proxy, std::string host,
                                                                       std::uint16_t port, time_point deadline);

}  // namespace buri::net
