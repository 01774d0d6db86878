#include "buri/dataplane/tcp_mss.hpp"

#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/too_big.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace buri::dataplane {
namespace {

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::size_t tcp_header_size = 20;
constexpr std::size_t checksum_offset = 16;
constexpr std::uint8_t flag_syn = 0x02;

/// The TCP segment; empty if the packet carries none, or not its beginning.
byte_span segment_of(byte_span packet) {
    const bool v4 = packet[0] >> 4U == 4;
    if (!v4) return packet[6] == protocol_tcp ? packet.subspan(40) : byte_span();
    const bool is_first = (get_u16(packet.subspan(6)) & 0x1fffU) == 0;
    return packet[9] == protocol_tcp && is_first ? packet.subspan((packet[0] & 0x0fU) * 4U) : byte_span();
}

/// Where the value of the option is, from the segment's start (RFC 9293 section 3.1).
std::optional<std::size_t> find_mss(byte_view segment) {
    constexpr std::uint8_t end = 0;
    constexpr std::uint8_t padding = 1;
    constexpr std::uint8_t maximum_segment_size = 2;
    const auto header_size = std::min<std::size_t>((segment[12] >> 4U) * 4U, segment.size());
    for (std::size_t at = tcp_header_size; at + 1 < header_size && segment[at] != end;) {
        const std::size_t length = segment[at] == padding ? 1 : segment[at + 1];
        if (length == 0 || at + length > header_size) return std::nullopt;
        if (segment[at] == maximum_segment_size && length == 4) return at + 2;
        at += length;
    }
    return std::nullopt;
}

std::uint16_t swap_bytes(std::uint16_t value) {
    return std::rotl(value, 8);
}

}  // namespace

void clamp_mss(byte_span packet, std::uint16_t mtu) {
    const auto segment = segment_of(packet);
    if (segment.size() < tcp_header_size || (segment[13] & flag_syn) == 0) return;
    const auto at = find_mss(segment);
    if (!at) return;
    const bool v4 = packet[0] >> 4U == 4;
    const auto ip_header_size = v4 ? 20 : 40;
    const auto most = static_cast<std::uint16_t>(usable_mtu(mtu, v4) - ip_header_size - 20);
    const auto asked = get_u16(segment.subspan(*at));
    if (asked <= most) return;
    put_u16(segment.subspan(*at), most);
    // The sum is over 16-bit words; an option need not begin on one.
    const bool is_odd = *at % 2 != 0;
    const auto sum = get_u16(segment.subspan(checksum_offset));
    put_u16(segment.subspan(checksum_offset),
            update_checksum(sum, is_odd ? swap_bytes(asked) : asked, is_odd ? swap_bytes(most) : most));
}

}  // namespace buri::dataplane
