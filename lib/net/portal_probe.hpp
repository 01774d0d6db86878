#pragma once
// Whether a network answers HTTP in others' place: a captive portal.
#include "buri/base/endpoint.hpp"
#include "buri/base/time_point.hpp"

#include <asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace buri::net {

/// What an answer to a plain HTTP request for `host` shows: a redirect to another host, or status 511 (RFC 6585 section 6), in
/// words. Nothing otherwise: a web server of the host's own redirects to itself.
std::optional<std::string> portal_in(std::string_view answer, std::string_view host);

/// Asks port 80 of an address of `host`.
asio::awaitable<std::optional<std::string>> async_find_portal(std::string host, ip_address at, time_point until);

}  // namespace buri::net
