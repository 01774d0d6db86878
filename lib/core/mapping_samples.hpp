#pragma once
// What the answers of several STUN servers say together about a NAT's mappings (RFC 4787 section 4). Pure.
#include "buri/base/endpoint.hpp"
#include "buri/core/nat_report.hpp"

#include <optional>
#include <span>
#include <vector>

namespace buri::core {

struct mapping_sample {
    endpoint server;
    endpoint mapped;
};

/// Of samples of one socket and one family. `hosts`: this node's own addresses. unknown: one sample or none. With all servers on one
/// address, a mapping that depends on the address alone passes for endpoint independent.
nat_mapping mapping_of(std::span<const mapping_sample> samples, std::span<const endpoint> hosts);

/// `ports` in the order in which the mappings were made. By how much each is further than the one before, if at least three steps
/// are small, go one way, and most of them are the same: somebody else's mapping may come between.
std::optional<int> port_step(std::span<const std::uint16_t> ports);

/// The part of all ports in which these lie, if they are at least four and it is small: a port block of a carrier (RFC 7422).
struct port_range {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    bool operator==(const port_range&) const = default;
};
std::optional<port_range> port_block(std::span<const std::uint16_t> ports);

}  // namespace buri::core
