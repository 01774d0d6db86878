#include "buri/dataplane/coalescer.hpp"

#include "buri/dataplane/checksum.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace buri::dataplane {
namespace {

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::size_t v4_header_size = 20;
constexpr std::size_t v6_header_size = 40;
constexpr std::size_t tcp_header_size = 20;
constexpr std::size_t udp_header_size = 8;
constexpr std::size_t tcp_checksum_offset = 16;
constexpr std::size_t udp_checksum_offset = 6;
constexpr std::uint8_t flag_psh = 0x08;
constexpr std::uint8_t flag_ack = 0x10;
constexpr std::uint8_t flag_ece = 0x40;
constexpr std::uint16_t dont_fragment = 0x4000;

std::optional<flow_packet> read_transport(flow_packet out, std::uint8_t protocol) {
    out.is_tcp = protocol == protocol_tcp;
    if (!out.is_tcp && protocol != protocol_udp) return std::nullopt;
    const auto segment = out.packet.subspan(out.transport_at);
    if (!out.is_tcp) {
        if (segment.size() < udp_header_size || get_u16(segment.subspan(4)) != segment.size()) return std::nullopt;
        out.header_size = out.transport_at + udp_header_size;
        return out;
    }
    if (segment.size() < tcp_header_size) return std::nullopt;
    const std::size_t tcp = (segment[12] >> 4U) * 4U;
    if (tcp < tcp_header_size || tcp > segment.size()) return std::nullopt;
    out.header_size = out.transport_at + tcp;
    return out;
}

/// Nothing if it is neither TCP nor UDP right behind an IP header without options, or a fragment.
std::optional<flow_packet> read_flow(byte_span packet) {
    flow_packet out;
    out.packet = packet;
    out.v4 = packet[0] >> 4U == 4;
    out.transport_at = out.v4 ? v4_header_size : v6_header_size;
    if (!out.v4) return read_transport(out, packet[6]);
    const bool is_fragment = (get_u16(packet.subspan(6)) & 0x3fffU) != 0;
    return packet[0] == 0x45 && !is_fragment ? read_transport(out, packet[9]) : std::nullopt;
}

bool are_equal(byte_view a, byte_view b, std::size_t from, std::size_t size) {
    return std::memcmp(a.data() + from, b.data() + from, size) == 0;
}

/// Addresses, protocol and ports.
bool is_same_flow(const flow_packet& a, const flow_packet& b) {
    if (a.v4 != b.v4 || a.is_tcp != b.is_tcp) return false;
    // The ports follow the addresses.
    return a.v4 ? are_equal(a.packet, b.packet, 12, 12) : are_equal(a.packet, b.packet, 8, 36);
}

/// Of the IP header all but length, identification and checksum.
bool is_alike_in_ip(const flow_packet& a, const flow_packet& b) {
    if (a.v4) return are_equal(a.packet, b.packet, 1, 1) && are_equal(a.packet, b.packet, 6, 3);
    return are_equal(a.packet, b.packet, 0, 4) && are_equal(a.packet, b.packet, 7, 1);
}

/// Of the TCP header all but sequence number, PSH and checksum.
bool is_alike_in_tcp(const flow_packet& a, const flow_packet& b) {
    if (a.header_size != b.header_size) return false;
    const auto at = a.transport_at;
    return are_equal(a.packet, b.packet, at + 8, 4) && ((a.packet[at + 13] ^ b.packet[at + 13]) & ~flag_psh) == 0 &&
           are_equal(a.packet, b.packet, at + 14, 2) && are_equal(a.packet, b.packet, at + 18, a.header_size - at - 18);
}

checksum pseudo_header(const flow_packet& of, std::size_t transport_size) {
    const auto addresses = of.v4 ? of.packet.subspan(12, 8) : of.packet.subspan(8, 32);
    return checksum()
        .add(addresses)
        .add(std::uint32_t{of.is_tcp ? protocol_tcp : protocol_udp})
        .add(static_cast<std::uint32_t>(transport_size));
}

bool has_valid_checksums(const flow_packet& of) {
    if (of.v4 && sum_words(of.packet.first(v4_header_size)) != 0xffff) return false;
    const auto segment = of.packet.subspan(of.transport_at);
    return pseudo_header(of, segment.size()).add(segment).value() == 0;
}

bool is_pushed(const flow_packet& of) {
    return of.is_tcp && (of.packet[of.transport_at + 13] & flag_psh) != 0;
}

std::uint32_t sequence_of(const flow_packet& of) {
    return of.is_tcp ? get_u32(of.packet.subspan(of.transport_at + 4)) : 0;
}

std::uint16_t id_of(const flow_packet& of) {
    return get_u16(of.packet.subspan(4));
}

}  // namespace

coalescer::coalescer(const options& takes) : takes_(takes) {
    parts_.reserve(capacity);
    items_.reserve(capacity);
    gathered_.reserve(capacity);
}

/// Data, and of TCP nothing that a segment in the middle could not have.
bool coalescer::may_be_followed(const flow_packet& given) {
    if (given.payload_size() == 0) return false;
    const auto at = given.transport_at;
    if (!given.is_tcp) return get_u16(given.packet.subspan(at + udp_checksum_offset)) != 0;
    return (given.packet[at + 13] & ~(flag_psh | flag_ece)) == flag_ack;
}

void coalescer::add(byte_span packet) {
    const auto given = read_flow(packet);
    if (!given || !(given->is_tcp ? takes_.tcp : takes_.udp)) return add_alone(packet);
    // The newest first: most packets follow one of their own flow.
    for (std::size_t i = open_count_; i-- > 0;) {
        const auto done = try_append(items_[open_[i]], *given);
        if (done == fit::other_flow) continue;
        if (done == fit::closes) close(i);
        if (done == fit::closes) break;
        const auto& to = items_[open_[i]];
        if (given->payload_size() < to.segment_size || is_pushed(*given)) close(i);
        return;
    }
    open(*given);
}

coalescer::fit coalescer::try_append(item& to, const flow_packet& given) {
    const auto& first = to.first;
    if (!is_same_flow(first, given)) return fit::other_flow;
    const auto payload = given.payload_size();
    if (!may_be_followed(given) || payload > to.segment_size || to.size + payload > max_size) return fit::closes;
    if (!is_alike_in_ip(first, given) || to.count == (given.is_tcp ? max_segments : max_udp_segments))
        return fit::closes;
    if (given.is_tcp && (sequence_of(given) != to.next_sequence || !is_alike_in_tcp(first, given))) return fit::closes;
    if (given.v4 && !follows_in_id(to, given)) return fit::closes;
    if (!to.is_sound && !(to.is_sound = has_valid_checksums(first))) return fit::closes;
    if (!has_valid_checksums(given)) return fit::closes;
    append(to, given);
    return fit::appended;
}

/// The identification counts up from packet to packet, or stays where it means nothing (RFC 6864).
bool coalescer::follows_in_id(item& to, const flow_packet& given) {
    const auto distance = static_cast<std::uint16_t>(id_of(given) - id_of(to.first));
    const bool means_nothing = (get_u16(to.first.packet.subspan(6)) & dont_fragment) != 0;
    const bool counts = distance == to.count && (to.count == 1 || to.id_counts);
    const bool stays = distance == 0 && means_nothing && (to.count == 1 || !to.id_counts);
    to.id_counts = counts;
    return counts || stays;
}

void coalescer::append(item& to, const flow_packet& given) {
    const auto index = static_cast<std::uint16_t>(parts_.size());
    parts_.push_back({given.packet.subspan(given.header_size)});
    parts_[to.last_part].next = index;
    to.last_part = index;
    ++to.count;
    to.size += given.payload_size();
    to.next_sequence += static_cast<std::uint32_t>(given.payload_size());
    // What the kernel takes as the last segment's.
    if (is_pushed(given)) to.first.packet[to.first.transport_at + 13] |= flag_psh;
}

void coalescer::open(const flow_packet& given) {
    const auto index = static_cast<std::uint16_t>(items_.size());
    add_alone(given.packet);
    if (!may_be_followed(given) || is_pushed(given)) return;
    auto& made = items_.back();
    made.first = given;
    made.segment_size = given.payload_size();
    made.next_sequence = sequence_of(given) + static_cast<std::uint32_t>(made.segment_size);
    if (open_count_ == max_open) close(0);
    open_[open_count_++] = index;
}

void coalescer::add_alone(byte_span packet) {
    const auto index = static_cast<std::uint16_t>(parts_.size());
    parts_.push_back({packet});
    item made;
    made.first.packet = packet;
    made.first_part = index;
    made.last_part = index;
    made.count = 1;
    made.size = packet.size();
    items_.push_back(made);
}

void coalescer::close(std::size_t at) {
    std::copy(open_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
              open_.begin() + static_cast<std::ptrdiff_t>(open_count_),
              open_.begin() + static_cast<std::ptrdiff_t>(at));
    --open_count_;
}

/// Headers of the whole, whose transport checksum the kernel makes for each segment.
virtio_header coalescer::finish(item& one) {
    virtio_header out;
    if (one.count == 1) return out;
    const auto& first = one.first;
    const auto ip = first.packet.first(first.transport_at);
    const auto segment = first.packet.subspan(first.transport_at);
    const auto transport_size = one.size - first.transport_at;
    if (first.v4) {
        put_u16(ip.subspan(2), one.size);
        put_u16(ip.subspan(10), 0);
        put_u16(ip.subspan(10), checksum().add(ip).value());
    } else {
        put_u16(ip.subspan(4), transport_size);
    }
    if (!first.is_tcp) put_u16(segment.subspan(4), transport_size);
    out.flags = virtio_header::needs_checksum;
    out.gso_type = first.v4 ? virtio_header::gso_tcp_v4 : virtio_header::gso_tcp_v6;
    if (!first.is_tcp) out.gso_type = virtio_header::gso_udp;
    out.header_size = static_cast<std::uint16_t>(first.header_size);
    out.segment_size = static_cast<std::uint16_t>(one.segment_size);
    out.checksum_start = static_cast<std::uint16_t>(first.transport_at);
    out.checksum_offset = first.is_tcp ? tcp_checksum_offset : udp_checksum_offset;
    put_u16(segment.subspan(out.checksum_offset), pseudo_header(first, transport_size).partial());
    return out;
}

std::span<const iovec> coalescer::gather(const item& one) {
    gathered_.clear();
    for (auto at = one.first_part; at != none; at = parts_[at].next)
        gathered_.push_back({parts_[at].data.data(), parts_[at].data.size()});
    return gathered_;
}

void coalescer::clear() {
    parts_.clear();
    items_.clear();
    open_count_ = 0;
}

}  // namespace buri::dataplane
