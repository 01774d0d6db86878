#pragma once
// From what the kernel hands over as one packet (a super-packet of up to 64 KiB, or a packet whose checksum it left to the device)
// to the packets that a link carries, in place.
#include "buri/base/bytes.hpp"
#include "buri/dataplane/virtio_header.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace buri::dataplane {

/// Segments, sealed in suite 2 or 3, that one send of the kernel holds: 63 datagrams (its older limit, headers counted) and 65,507
/// bytes. A super-packet with more of them takes another send for the few that are left.
constexpr unsigned max_segments(unsigned mtu) {
    constexpr unsigned sealing = 8 + 16;
    return std::clamp(65507U / (mtu + sealing), 1U, 63U);
}

/// Where the parts of a packet are and what it becomes.
struct packet_shape {
    enum class transport : std::uint8_t { other, tcp, udp };

    transport carries = transport::other;  ///< of super-packets only
    bool v4 = true;
    bool needs_checksum = false;
    std::size_t checksum_start = 0;   ///< with needs_checksum; of super-packets where the transport header is
    std::size_t checksum_offset = 0;  ///< from there
    std::size_t header_size = 0;      ///< of super-packets: all headers, which each segment has
    std::size_t segment_size =
        0;                    ///< of super-packets: payload in each segment but the last, which may be shorter; else 0
    std::size_t largest = 0;  ///< bytes of the largest packet that it becomes
};

/// Nothing if `packet` is not a whole IP packet (read_ip_addresses()) with room for what the header says about it.
std::optional<packet_shape> read_shape(const virtio_header& header, byte_view packet);

/// Gives the packets one after the other. Each is a part of the super-packet's own memory: its header is written over the end of
/// the payload before it, so a packet is there only until the next one is asked for.
class segmenter {
public:
    segmenter(byte_span packet, const packet_shape& shape);

    /// The next packet, with valid checksums; empty if there is none.
    byte_span next();

private:
    static constexpr std::size_t max_header_size = 60 + 60;

    byte_span only();
    void write_ip(byte_span packet) const;
    void write_tcp(byte_span segment, bool is_last) const;
    void write_udp(byte_span segment) const;

    byte_span packet_;
    packet_shape shape_;
    std::array<std::uint8_t, max_header_size> header_{};
    std::size_t done_ = 0;   ///< bytes of payload
    std::size_t count_ = 0;  ///< packets given
    std::uint16_t address_sum_ = 0;
};

}  // namespace buri::dataplane
