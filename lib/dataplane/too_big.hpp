#pragma once
// What a router tells the sender of a packet that does not fit the next link: ICMP "fragmentation needed" (RFC 1191), ICMPv6
// "packet too big" (RFC 4443 section 3.2).
#include "buri/base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace buri::dataplane {

/// Every path carries this, in fragments if need be: 576 bytes (RFC 791) and 1280 (RFC 8200).
inline std::uint16_t usable_mtu(std::uint16_t mtu, bool v4) {
    return std::max<std::uint16_t>(mtu, v4 ? 576 : 1280);
}

/// That the sender of this packet is to be told to send smaller ones. False for what fits, for IPv4 that may be fragmented, and
/// where an answer is forbidden (errors about errors and about later fragments: RFC 1122 section 3.2.2). `packet` is whole
/// (read_ip_addresses()); of a super-packet `size` is that of its largest segment.
bool is_too_big(byte_view packet, std::size_t size, std::uint16_t mtu);

inline constexpr std::size_t max_too_big_size = 1280;

/// The answer, from the address to which the packet was to go: Linux takes none from an address of its own. Returns its size;
/// `out` holds max_too_big_size.
std::size_t write_too_big(byte_view packet, std::uint16_t mtu, byte_span out);

}  // namespace buri::dataplane
