#pragma once
// Port mappings by UPnP (Internet Gateway Device 1 and 2), through libminiupnpc. The library blocks, and keeps a slow
// gateway's connection for as long as that feeds it: each conversation has a thread of its own, which is left to itself
// when nobody waits for it any more.
#include "buri/base/endpoint.hpp"
#include "buri/net/default_gateway.hpp"

#include <asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace buri::net {

enum class upnp_protocol : std::uint8_t { udp, tcp };

struct upnp_mapping {
    upnp_protocol protocol = upnp_protocol::udp;
    endpoint external;
    std::uint32_t lease = 0;  ///< seconds; 0: until it is taken away
    bool operator==(const upnp_mapping&) const = default;
};

struct upnp_port {
    upnp_protocol protocol = upnp_protocol::udp;
    std::uint16_t internal = 0;
    std::uint16_t wanted = 0;  ///< the external one, if it can be had
};

/// Where a gateway is spoken to.
struct upnp_device {
    std::string control_url;
    std::string service;  ///< its type, as a URN
    [[nodiscard]] bool is_known() const { return !control_url.empty(); }
};

/// Map ports and take mappings away, at one gateway.
struct upnp_task {
    default_gateway where;
    upnp_device device;  ///< of the last result; looked for if it is not known, or does not answer and ports are wanted
    std::vector<upnp_port> ports;
    std::uint32_t lease = 7200;  ///< seconds
    std::vector<upnp_mapping> to_remove;
};

struct upnp_result {
    bool has_answered = false;
    upnp_device device;
    std::string failure;  ///< why something was not done, empty if all was
    std::vector<upnp_mapping> mapped;
};

/// Looks for the gateway for a second, then talks to it, all in all for 10 s at most; after that the result says that nothing
/// answered. IPv4. Only a device whose addresses are on the gateway's network is spoken to, the gateway itself first.
asio::awaitable<upnp_result> async_upnp(upnp_task task);

/// The host of "http://192.0.2.1:5000/x"; nothing if it is no literal IPv4 address.
std::optional<ip_address> host_of_url(std::string_view url);

}  // namespace buri::net
