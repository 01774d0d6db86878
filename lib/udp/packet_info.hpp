#pragma once
// The own address that a datagram leaves from or has come to: IP_PKTINFO, IPV6_PKTINFO.
#include "buri/base/endpoint.hpp"
#include "buri/udp/control_data.hpp"

#include <optional>

namespace buri::udp {

/// Nothing is added for a source of the other family: it cannot be one.
void add_source(control_data& out, const endpoint& to, const std::optional<ip_address>& from);

/// Of an item that came with a datagram; nothing if that is about something else, or tells of a group.
std::optional<ip_address> read_own_address(const cmsghdr& given);

}  // namespace buri::udp
