#include "buri/dataplane/ip_packet.hpp"

#include "buri/wire/reader.hpp"

#include <algorithm>

namespace buri::dataplane {
namespace {

constexpr std::size_t v4_header_size = 20;
constexpr std::size_t v6_header_size = 40;

bool is_whole_v4(byte_view packet) {
    if (packet.size() < v4_header_size) return false;
    const std::size_t header = (packet[0] & 0x0fU) * 4U;
    const std::size_t total = wire::reader(packet.subspan(2)).u16();
    return header >= v4_header_size && header <= total && total == packet.size();
}

bool is_whole_v6(byte_view packet) {
    if (packet.size() < v6_header_size) return false;
    return v6_header_size + wire::reader(packet.subspan(4)).u16() == packet.size();
}

}  // namespace

std::optional<ip_addresses> read_ip_addresses(byte_view packet) {
    if (packet.empty()) return std::nullopt;
    const auto version = packet[0] >> 4U;
    if (version == 4 && is_whole_v4(packet)) return ip_addresses{packet.subspan(12, 4), packet.subspan(16, 4)};
    if (version == 6 && is_whole_v6(packet)) return ip_addresses{packet.subspan(8, 16), packet.subspan(24, 16)};
    return std::nullopt;
}

std::optional<node_id> owner_of(byte_view address, const ip_prefix& ula) {
    if (address.size() == 4) return node_id{wire::reader(address).u32()};
    if (address.size() != 16 || ula.address.is_v4()) return std::nullopt;
    // ula_of() keeps the first twelve bytes of the prefix, of which the last four are zero.
    if (!std::ranges::equal(address.first(12), byte_view(ula.address.v6_bytes()).first(12))) return std::nullopt;
    return node_id{wire::reader(address.subspan(12)).u32()};
}

}  // namespace buri::dataplane
