#pragma once
// Routing by source: what has the interface's own address as its source leaves through the interface, even where another
// interface has an equal route, as with two nodes of one pool on one machine.
//
//     $ ip rule                                     $ ip route show table 1297500004
//     1297: from 100.64.0.7 lookup 1297500004       100.64.0.0/10 dev vpn0
//
// The table's number is 12975 and the interface's index in five digits. Routes go away with the interface, rules do not:
// those of interfaces that are gone are removed whenever rules are set or removed here.
#include "buri/base/endpoint.hpp"
#include "buri/net/netlink_socket.hpp"

#include <cstdint>
#include <vector>

namespace buri::net {

/// Before the main table (32766) and before the rules of other VPNs.
constexpr std::uint32_t source_rule_priority = 1297;

/// The routing table of one interface.
std::uint32_t source_table_of(unsigned index);
bool is_source_table(std::uint32_t table);

struct source_route {
    ip_address from;
    ip_prefix to;
};

/// Makes the interface's table and the rules that lead there just these. Doing it again changes nothing. 0, or an errno
/// value; EOPNOTSUPP or EAFNOSUPPORT from a kernel without rules.
int set_source_routes(netlink_socket& socket, unsigned index, const std::vector<source_route>& wanted);

/// Removes the rules that lead to the interface's table. 0, or an errno value.
int remove_source_rules(netlink_socket& socket, unsigned index);

}  // namespace buri::net
