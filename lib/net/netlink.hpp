#pragma once
// The machine's network as the node sees and changes it, through the kernel's routing socket: the VPN's interface, the
// host's own addresses, and notice of their changes. Calls return at once. Nothing here runs another program.
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/net/netlink_socket.hpp"

#include <optional>
#include <string>
#include <vector>

namespace buri::net {

/// What the VPN's interface is to be.
struct interface_settings {
    unsigned mtu = 0;
    ip_address v4;
    ip_prefix pool;  ///< where the other nodes' IPv4 addresses are: routed into the interface
    ip_address v6;
    ip_prefix ula;              ///< where the other nodes' IPv6 addresses are: routed into the interface
    unsigned max_segments = 0;  ///< of a super-packet that leaves through it; 0: as many as the kernel likes
};

struct interface_state {
    bool has_v6 = false;            ///< the kernel has IPv6, and not turned off for the interface
    bool has_source_rules = false;  ///< the kernel has routing rules: see source_routing.hpp
    unsigned index = 0;
};

/// Brings the interface up with exactly these addresses; others that it has are taken off. What has one of them as its
/// source and is for the pool or the ULA prefix then leaves through this interface, whichever others have such a route.
/// Doing it again changes nothing. An idle interface sends nothing by itself. errc::permission, errc::no_tun (no such
/// interface), errc::internal.
result<interface_state> configure_interface(const std::string& name, const interface_settings& settings);

/// Takes away what does not vanish with the interface; it may be gone already. errc::internal, errc::permission.
result<void> remove_interface_rules(unsigned index);

/// Addresses at which others may reach this machine, of interfaces that are up, in the kernel's order. Without
/// loopback, link-local and deprecated ones, and without those of the interface `except`.
result<std::vector<ip_address>> host_addresses(const std::string& except);

struct route_in_use {
    std::string interface;
    ip_prefix prefix;
    bool is_address = false;  ///< not a route: the interface has this address
};
/// A route other than a default one that shares addresses with `prefix` and leads into another interface than `except`, or
/// without one an address there.
/// Interfaces that configure_interface() has set up do not count: routing by source keeps them apart.
result<std::optional<route_in_use>> find_overlapping_route(const ip_prefix& prefix, const std::string& except);

/// Tells that links, addresses or routes have changed, not which.
class network_monitor {
public:
    static result<network_monitor> open();

    /// Readable when something has changed.
    [[nodiscard]] int fd() const { return socket_.fd(); }
    /// True if something has changed since the last call.
    bool drain() { return socket_.drain(); }

private:
    explicit network_monitor(netlink_socket socket) : socket_(std::move(socket)) {}
    netlink_socket socket_;
};

}  // namespace buri::net
