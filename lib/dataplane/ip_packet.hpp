#pragma once
// What the data plane reads of an IP packet: its two addresses, after its lengths were checked.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace buri::dataplane {

/// Views into the packet: 4 bytes each for IPv4, 16 for IPv6.
struct ip_addresses {
    byte_view source;
    byte_view destination;
    [[nodiscard]] bool is_v4() const { return source.size() == 4; }
};

/// Nothing unless it is a whole IPv4 or IPv6 packet that is exactly as long as its header says.
std::optional<ip_addresses> read_ip_addresses(byte_view packet);

/// The node that an address of the VPN belongs to: any IPv4 address, or an IPv6 address that ula_of() can have made.
std::optional<node_id> owner_of(byte_view address, const ip_prefix& ula);

}  // namespace buri::dataplane
