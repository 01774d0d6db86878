#pragma once
// The ways to a server or a relay: over TCP, over TLS, over TLS through a proxy.
#include "buri/base/endpoint.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace buri::link {

enum class way_kind : std::uint8_t { tcp, tls, tls_via_proxy };

struct way {
    way_kind kind = way_kind::tcp;
    std::string host;        ///< as configured: the name for TLS and for the proxy
    std::uint16_t port = 0;  ///< what the proxy is asked for
    endpoint to;             ///< none through a proxy, which resolves the name

    bool operator==(const way&) const = default;
};

/// "TCP to 198.51.100.7:12975", "TLS to vpn.example.org (198.51.100.7:443)", "TLS to vpn.example.org:443 through the proxy".
std::string to_string(const way& what);

/// What worked last time.
struct known_way {
    way_kind kind = way_kind::tcp;
    std::string host;

    bool operator==(const known_way&) const = default;
};

}  // namespace buri::link
