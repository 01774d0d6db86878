#pragma once
// TCP segments in IP packets, with valid checksums.
#include "buri/dataplane/checksum.hpp"
#include "tests/unit/dataplane/linked_pair.hpp"

namespace buri::test {

inline bytes mss_option(std::uint16_t size) {
    return {2, 4, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
}

/// The checksum over the segment and its pseudo-header, straight from RFC 9293 section 3.1: 0 if it is valid.
inline std::uint16_t tcp_sum(byte_view packet) {
    const bool v4 = packet[0] >> 4U == 4;
    auto segment = bytes(packet.begin() + (v4 ? 20 : 40), packet.end());
    const auto length = segment.size();
    if (length % 2 != 0) segment.push_back(0);
    const auto addresses = v4 ? packet.subspan(12, 8) : packet.subspan(8, 32);
    std::uint64_t sum = 6 + length;
    for (const auto part : {addresses, byte_view(segment)}) {
        for (std::size_t i = 0; i < part.size(); i += 2)
            sum += static_cast<std::uint64_t>(part[i]) * 256 + part[i + 1];
    }
    while (sum > 0xffff)
        sum = sum % 0x10000 + sum / 0x10000;
    return static_cast<std::uint16_t>(0xffff - sum);
}

/// From 100.64.0.1 to 100.64.0.2, or their IPv6 addresses. `options` come in multiples of four bytes.
inline bytes tcp_packet(bool v4, std::uint8_t flags, const bytes& options, std::size_t payload) {
    const auto one = parse_node_id("100.64.0.1").value();
    const auto two = parse_node_id("100.64.0.2").value();
    const auto size = 20 + options.size() + payload;
    auto out = v4 ? v4_packet(address_of(one), address_of(two), size)
                  : v6_packet(ula_of(test_ula, one), ula_of(test_ula, two), size);
    out[v4 ? 9 : 6] = 6;
    const std::size_t start = v4 ? 20 : 40;
    out[start + 12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4U);
    out[start + 13] = flags;
    std::ranges::copy(options, out.begin() + static_cast<long>(start) + 20);
    put_u16(out, start + 16, 0);
    put_u16(out, start + 16, tcp_sum(out));
    return out;
}

}  // namespace buri::test
