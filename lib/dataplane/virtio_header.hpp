#pragma once
// What goes before each packet of a TUN that was opened with IFF_VNET_HDR: struct virtio_net_hdr (virtio 1.2, section 5.1.6), in
// the machine's own byte order. Debian 12's <linux/virtio_net.h> is no C++ and lacks what came later.
#include <cstdint>

namespace buri::dataplane {

struct virtio_header {
    static constexpr std::uint8_t needs_checksum =
        1;  ///< in `flags`: the field at start + offset holds the pseudo-header's sum

    static constexpr std::uint8_t gso_none = 0;
    static constexpr std::uint8_t gso_tcp_v4 = 1;
    static constexpr std::uint8_t gso_tcp_v6 = 4;
    static constexpr std::uint8_t gso_udp = 5;     ///< VIRTIO_NET_HDR_GSO_UDP_L4
    static constexpr std::uint8_t gso_ecn = 0x80;  ///< with TCP: the first segment has CWR

    std::uint8_t flags = 0;
    std::uint8_t gso_type = gso_none;
    std::uint16_t header_size = 0;      ///< all headers, in bytes; a hint, not to be relied on
    std::uint16_t segment_size = 0;     ///< bytes of payload in each segment
    std::uint16_t checksum_start = 0;   ///< where the sum begins
    std::uint16_t checksum_offset = 0;  ///< from there to the field

    bool operator==(const virtio_header&) const = default;
};
static_assert(sizeof(virtio_header) == 10);

}  // namespace buri::dataplane
