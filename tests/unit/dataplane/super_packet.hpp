#pragma once
// Super-packets as the kernel makes them, and a checksum straight from the RFCs to hold the fast one against.
#include "buri/dataplane/segmentation.hpp"
#include "tests/unit/dataplane/linked_pair.hpp"

#include <optional>
#include <vector>

namespace buri::test {

constexpr std::uint8_t flag_fin = 0x01;
constexpr std::uint8_t flag_syn = 0x02;
constexpr std::uint8_t flag_psh = 0x08;
constexpr std::uint8_t flag_ack = 0x10;
constexpr std::uint8_t flag_ece = 0x40;
constexpr std::uint8_t flag_cwr = 0x80;

struct super_options {
    bool v4 = true;
    bool tcp = true;
    std::size_t segment = 1000;
    std::size_t payload = 4500;
    std::uint8_t flags = flag_ack;  ///< of TCP
    std::size_t option_bytes = 12;  ///< of TCP, a multiple of four
    std::uint32_t sequence = 0xffff'f800;
    std::uint16_t id = 0xfffe;
    std::uint16_t port = 4000;
    bool dont_fragment = true;
};

struct super_packet {
    dataplane::virtio_header header;
    bytes packet;
};

/// RFC 1071, section 4.1, without folding or complement.
inline std::uint64_t plain_sum(byte_view data) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
        sum += i % 2 == 0 ? std::uint64_t{data[i]} << 8U : data[i];
    return sum;
}

inline std::uint16_t folded(std::uint64_t sum) {
    while (sum > 0xffff)
        sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

inline std::uint64_t pseudo_sum(byte_view packet, std::size_t transport_at) {
    const bool v4 = packet[0] >> 4U == 4;
    const auto addresses = v4 ? packet.subspan(12, 8) : packet.subspan(8, 32);
    return plain_sum(addresses) + packet[v4 ? 9 : 6] + (packet.size() - transport_at);
}

/// All checksums of a packet whose transport is right behind an IP header of 20 or 40 bytes.
inline bool has_valid_sums(byte_view packet) {
    const bool v4 = packet[0] >> 4U == 4;
    const std::size_t at = v4 ? 20 : 40;
    if (v4 && folded(plain_sum(packet.first(20))) != 0xffff) return false;
    return folded(pseudo_sum(packet, at) + plain_sum(packet.subspan(at))) == 0xffff;
}

inline super_packet make_super(const super_options& with) {
    const std::size_t ip = with.v4 ? 20 : 40;
    const std::size_t transport = with.tcp ? 20 + with.option_bytes : 8;
    const auto one = parse_node_id("100.64.0.1").value();
    const auto two = parse_node_id("100.64.0.2").value();
    auto packet = with.v4 ? v4_packet(address_of(one), address_of(two), transport + with.payload)
                          : v6_packet(ula_of(test_ula, one), ula_of(test_ula, two), transport + with.payload);
    packet[with.v4 ? 9 : 6] = with.tcp ? 6 : 17;
    if (with.v4) {
        put_u16(packet, 4, with.id);
        put_u16(packet, 6, with.dont_fragment ? 0x4000 : 0);
        put_u16(packet, 10, 0);
        put_u16(packet, 10, 0xffffU - folded(plain_sum(byte_view(packet).first(20))));
    }
    put_u16(packet, ip, with.port);
    put_u16(packet, ip + 2, 80);
    dataplane::virtio_header header;
    header.flags = dataplane::virtio_header::needs_checksum;
    header.header_size = static_cast<std::uint16_t>(ip + transport);
    header.segment_size = static_cast<std::uint16_t>(with.segment);
    header.checksum_start = static_cast<std::uint16_t>(ip);
    if (with.tcp) {
        put_u16(packet, ip + 4, with.sequence >> 16U);
        put_u16(packet, ip + 6, with.sequence & 0xffffU);
        packet[ip + 12] = static_cast<std::uint8_t>(transport / 4 << 4U);
        packet[ip + 13] = with.flags;
        header.checksum_offset = 16;
        header.gso_type = with.v4 ? dataplane::virtio_header::gso_tcp_v4 : dataplane::virtio_header::gso_tcp_v6;
    } else {
        put_u16(packet, ip + 4, packet.size() - ip);
        header.checksum_offset = 6;
        header.gso_type = dataplane::virtio_header::gso_udp;
    }
    put_u16(packet, ip + header.checksum_offset, folded(pseudo_sum(packet, ip)));
    return {header, packet};
}

/// What a link would carry of it; nothing if it is refused.
inline std::optional<std::vector<bytes>> segments_of(super_packet given) {
    const auto shape = dataplane::read_shape(given.header, given.packet);
    if (!shape) return std::nullopt;
    std::vector<bytes> out;
    dataplane::segmenter segments(given.packet, *shape);
    for (auto one = segments.next(); !one.empty(); one = segments.next())
        out.emplace_back(one.begin(), one.end());
    return out;
}

}  // namespace buri::test
