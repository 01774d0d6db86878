#pragma once
// TCP that asks for no larger segments than the path carries, so that no packet of it has to be refused or fragmented.
#include "buri/base/bytes.hpp"

#include <cstdint>

namespace buri::dataplane {

/// Lowers the maximum segment size (RFC 9293 section 3.7.1) in a SYN or SYN-ACK to what an IP packet of `mtu` bytes holds, and
/// corrects the checksum. `packet` is whole (read_ip_addresses()). Leaves anything else as it is, also an IPv6 packet with
/// extension headers, and never adds the option.
void clamp_mss(byte_span packet, std::uint16_t mtu);

}  // namespace buri::dataplane
