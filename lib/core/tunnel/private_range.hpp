#pragma once
// Addresses that mean something only within a site or an ISP: another host may have the same one elsewhere. Pure.
#include "buri/base/endpoint.hpp"

#include <optional>
#include <span>

namespace buri::core {

/// The range of RFC 1918, RFC 6598 or RFC 4193 that the address is in.
std::optional<ip_prefix> private_range_of(const ip_address& address);

/// RFC 1918 and RFC 4193: what has such an address is in the same site.
bool is_site_local(const ip_address& address);

enum class vicinity : std::uint8_t {
    anywhere,    ///< not private: the same host for everybody
    near,        ///< in a subnet of this node, or the peer is behind the same NAT
    same_range,  ///< this node has an address in the same range; sites may be routed to each other
    elsewhere,   ///< whoever has it here is not the peer
};

/// Of an address that a peer named. `hosts`: own addresses; `mapped`: as STUN servers see this node; `seen`: as the server sees the peer.
vicinity vicinity_of(const ip_address& named, std::span<const endpoint> hosts, const std::optional<endpoint>& mapped,
                     const std::optional<endpoint>& seen);

}  // namespace buri::core
