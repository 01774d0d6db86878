#include "buri/dataplane/too_big.hpp"

#include "buri/dataplane/checksum.hpp"

namespace buri::dataplane {
namespace {

constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_icmp_v6 = 58;
constexpr std::size_t v4_header_size = 20;
constexpr std::size_t v6_header_size = 40;
constexpr std::size_t icmp_header_size = 8;
constexpr std::uint8_t hops = 64;

bool is_v4(byte_view packet) {
    return packet[0] >> 4U == 4;
}

bool is_error_v4(byte_view icmp) {
    const auto type = icmp.empty() ? 0 : icmp[0];
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

bool may_answer_v4(byte_view packet) {
    const auto fragment = get_u16(packet.subspan(6));
    const bool dont_fragment = (fragment & 0x4000U) != 0;
    const bool is_first = (fragment & 0x1fffU) == 0;
    const auto payload = packet.subspan((packet[0] & 0x0fU) * 4U);
    return dont_fragment && is_first && !(packet[9] == protocol_icmp && is_error_v4(payload));
}

bool may_answer_v6(byte_view packet) {
    const auto payload = packet.subspan(v6_header_size);
    const bool is_error = !payload.empty() && payload[0] < 128;
    return !(packet[6] == protocol_icmp_v6 && is_error);
}

byte_view start_of(byte_view packet, std::size_t most) {
    return packet.first(std::min(packet.size(), most));
}

/// RFC 792 with the next hop's MTU of RFC 1191; as much of the packet as 576 bytes hold (RFC 1812 section 4.3.2.3).
std::size_t write_v4(byte_view packet, std::uint16_t mtu, byte_span out) {
    const auto quoted = start_of(packet, 576 - v4_header_size - icmp_header_size);
    const auto size = v4_header_size + icmp_header_size + quoted.size();
    std::ranges::fill(out.first(size), std::uint8_t{0});
    const auto header = out.first(v4_header_size);
    header[0] = 0x45;
    put_u16(header.subspan(2), size);
    header[8] = hops;
    header[9] = protocol_icmp;
    std::ranges::copy(packet.subspan(16, 4), header.begin() + 12);
    std::ranges::copy(packet.subspan(12, 4), header.begin() + 16);
    put_u16(header.subspan(10), checksum().add(header).value());

    const auto icmp = out.subspan(v4_header_size, icmp_header_size + quoted.size());
    icmp[0] = 3;
    icmp[1] = 4;
    put_u16(icmp.subspan(6), mtu);
    std::ranges::copy(quoted, icmp.begin() + icmp_header_size);
    put_u16(icmp.subspan(2), checksum().add(icmp).value());
    return size;
}

std::size_t write_v6(byte_view packet, std::uint16_t mtu, byte_span out) {
    const auto quoted = start_of(packet, max_too_big_size - v6_header_size - icmp_header_size);
    const auto length = icmp_header_size + quoted.size();
    std::ranges::fill(out.first(v6_header_size + length), std::uint8_t{0});
    const auto header = out.first(v6_header_size);
    header[0] = 0x60;
    put_u16(header.subspan(4), length);
    header[6] = protocol_icmp_v6;
    header[7] = hops;
    std::ranges::copy(packet.subspan(24, 16), header.begin() + 8);
    std::ranges::copy(packet.subspan(8, 16), header.begin() + 24);

    const auto icmp = out.subspan(v6_header_size, length);
    icmp[0] = 2;
    put_u16(icmp.subspan(6), mtu);
    std::ranges::copy(quoted, icmp.begin() + icmp_header_size);
    // The pseudo-header of RFC 8200 section 8.1.
    const auto sum = checksum().add(header.subspan(8)).add(static_cast<std::uint32_t>(length)).add(protocol_icmp_v6);
    put_u16(icmp.subspan(2), checksum(sum).add(icmp).value());
    return v6_header_size + length;
}

}  // namespace

bool is_too_big(byte_view packet, std::size_t size, std::uint16_t mtu) {
    const bool v4 = is_v4(packet);
    if (size <= usable_mtu(mtu, v4)) return false;
    return v4 ? may_answer_v4(packet) : may_answer_v6(packet);
}

std::size_t write_too_big(byte_view packet, std::uint16_t mtu, byte_span out) {
    if (is_v4(packet)) return write_v4(packet, usable_mtu(mtu, true), out);
    return write_v6(packet, usable_mtu(mtu, false), out);
}

}  // namespace buri::dataplane
