#pragma once
// A route in the kernel's tables.
#include "buri/base/endpoint.hpp"
#include "buri/net/netlink_socket.hpp"

#include <cstdint>
#include <functional>

namespace buri::net {

struct route {
    unsigned interface = 0;  ///< of several next hops, the first's
    std::uint32_t table = 0;
    ip_prefix prefix;
    bool operator==(const route&) const = default;
};

/// Every unicast route to a prefix through an interface, without default routes, of all tables. `family` as AF_…, or
/// AF_UNSPEC for all. 0, or an errno value.
int list_routes(netlink_socket& socket, std::uint8_t family, const std::function<void(const route&)>& each);

/// RTM_NEWROUTE or RTM_DELROUTE of a route without a gateway. 0, or an errno value.
int change_route(netlink_socket& socket, std::uint16_t type, const route& what);

}  // namespace buri::net
