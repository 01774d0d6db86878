#pragma once
// An HTTP proxy, as people configure it.
#include "buri/base/host_port.hpp"
#include "buri/base/result.hpp"

#include <string>
#include <string_view>

namespace buri {

struct proxy_settings {
    host_port at;
    std::string user;  ///< empty: no authentication
    std::string password;
    std::string except;  ///< as no_proxy has it: names, domains, addresses and prefixes, by commas; "*" is all

    bool operator==(const proxy_settings&) const = default;
};

/// "http://user:password@host:port", the first two percent-encoded where needed; "http://" and the port (then 80) may be
/// missing. errc::config, without the password.
result<proxy_settings> parse_proxy(std::string_view url);
/// As parse_proxy() reads it, password included.
std::string to_url(const proxy_settings& proxy);

/// Whether the proxy is not to be used for this host.
bool is_excepted(const proxy_settings& proxy, std::string_view host);

}  // namespace buri
