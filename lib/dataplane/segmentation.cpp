#include "buri/dataplane/segmentation.hpp"

#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/ip_packet.hpp"

#include <algorithm>
#include <cstring>

namespace buri::dataplane {
namespace {

using transport = packet_shape::transport;

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::size_t v6_header_size = 40;
constexpr std::size_t tcp_header_size = 20;
constexpr std::size_t udp_header_size = 8;
constexpr std::size_t tcp_checksum_offset = 16;
constexpr std::size_t udp_checksum_offset = 6;
constexpr std::uint8_t flags_of_last = 0x01 | 0x08;  // FIN, PSH
constexpr std::uint8_t flag_cwr = 0x80;

std::size_t ip_header_size(byte_view packet) {
    return packet[0] >> 4U == 4 ? (packet[0] & 0x0fU) * 4U : v6_header_size;
}

transport transport_of(const virtio_header& header, bool v4) {
    const auto type = header.gso_type & ~virtio_header::gso_ecn;
    if (type == (v4 ? virtio_header::gso_tcp_v4 : virtio_header::gso_tcp_v6)) return transport::tcp;
    return type == virtio_header::gso_udp ? transport::udp : transport::other;
}

/// The headers' size of a super-packet; 0 if it is none of that kind. IPv6 may have extension headers before the transport's.
std::size_t super_header_size(transport what, byte_view packet, bool v4, std::size_t at) {
    const auto ip = ip_header_size(packet);
    const auto protocol = what == transport::tcp ? protocol_tcp : protocol_udp;
    if (v4 && (at != ip || packet[9] != protocol || (get_u16(packet.subspan(6)) & 0x3fffU) != 0)) return 0;
    if (!v4 && (at < ip || (at == ip && packet[6] != protocol))) return 0;
    if (what == transport::udp) return at + udp_header_size <= packet.size() ? at + udp_header_size : 0;
    if (at + tcp_header_size > packet.size()) return 0;
    const std::size_t tcp = (packet[at + 12] >> 4U) * 4U;
    return tcp >= tcp_header_size && at + tcp <= packet.size() ? at + tcp : 0;
}

std::optional<packet_shape> read_super(packet_shape shape, const virtio_header& header, byte_view packet) {
    shape.carries = transport_of(header, shape.v4);
    if (shape.carries == transport::other || !shape.needs_checksum || header.segment_size == 0) return std::nullopt;
    const auto field = shape.carries == transport::tcp ? tcp_checksum_offset : udp_checksum_offset;
    shape.header_size = super_header_size(shape.carries, packet, shape.v4, shape.checksum_start);
    constexpr std::size_t max_header_size = 60 + 60;
    if (shape.header_size == 0 || shape.header_size > max_header_size || shape.checksum_offset != field)
        return std::nullopt;
    shape.segment_size = header.segment_size;
    shape.largest = std::min(packet.size(), shape.header_size + shape.segment_size);
    return shape;
}

}  // namespace

std::optional<packet_shape> read_shape(const virtio_header& header, byte_view packet) {
    if (!read_ip_addresses(packet)) return std::nullopt;
    packet_shape shape;
    shape.v4 = packet[0] >> 4U == 4;
    shape.needs_checksum = (header.flags & virtio_header::needs_checksum) != 0;
    shape.checksum_start = header.checksum_start;
    shape.checksum_offset = header.checksum_offset;
    shape.largest = packet.size();
    if (shape.needs_checksum) {
        if (shape.checksum_start < ip_header_size(packet)) return std::nullopt;
        if (shape.checksum_start + shape.checksum_offset + 2 > packet.size()) return std::nullopt;
    }
    return header.gso_type == virtio_header::gso_none ? shape : read_super(shape, header, packet);
}

segmenter::segmenter(byte_span packet, const packet_shape& shape) : packet_(packet), shape_(shape) {
    if (shape_.segment_size == 0) return;
    std::ranges::copy(packet.first(shape_.header_size), header_.begin());
    const auto addresses = read_ip_addresses(packet);
    if (addresses) address_sum_ = checksum().add(addresses->source).add(addresses->destination).partial();
}

byte_span segmenter::next() {
    if (shape_.segment_size == 0) return count_++ == 0 ? only() : byte_span();
    const auto payload = packet_.size() - shape_.header_size;
    if (count_ > 0 && done_ >= payload) return {};
    const auto size = std::min(shape_.segment_size, payload - done_);
    const auto out = packet_.subspan(done_, shape_.header_size + size);
    std::memcpy(out.data(), header_.data(), shape_.header_size);
    const bool is_last = done_ + size == payload;
    write_ip(out);
    const auto segment = out.subspan(shape_.checksum_start);
    if (shape_.carries == transport::tcp) write_tcp(segment, is_last);
    if (shape_.carries == transport::udp) write_udp(segment);
    done_ += size;
    ++count_;
    return out;
}

/// The field holds the sum of the pseudo-header, so it is part of what is summed.
byte_span segmenter::only() {
    if (!shape_.needs_checksum) return packet_;
    const auto covered = packet_.subspan(shape_.checksum_start);
    const auto field = covered.subspan(shape_.checksum_offset);
    const auto sum = checksum().add(covered).value();
    put_u16(field, sum == 0 && shape_.checksum_offset == udp_checksum_offset ? 0xffff : sum);
    return packet_;
}

/// The identification counts up, as the kernel's own segmentation has it.
void segmenter::write_ip(byte_span packet) const {
    if (!shape_.v4) return put_u16(packet.subspan(4), packet.size() - v6_header_size);
    put_u16(packet.subspan(2), packet.size());
    put_u16(packet.subspan(4), get_u16(packet.subspan(4)) + count_);
    put_u16(packet.subspan(10), 0);
    put_u16(packet.subspan(10), checksum().add(packet.first(ip_header_size(packet))).value());
}

void segmenter::write_tcp(byte_span segment, bool is_last) const {
    put_u32(segment.subspan(4), get_u32(segment.subspan(4)) + static_cast<std::uint32_t>(done_));
    if (!is_last) segment[13] &= static_cast<std::uint8_t>(~flags_of_last);
    if (count_ > 0) segment[13] &= static_cast<std::uint8_t>(~flag_cwr);
    put_u16(segment.subspan(tcp_checksum_offset), 0);
    const auto length = static_cast<std::uint32_t>(segment.size());
    put_u16(
        segment.subspan(tcp_checksum_offset),
        checksum().add(std::uint32_t{address_sum_}).add(std::uint32_t{protocol_tcp}).add(length).add(segment).value());
}

void segmenter::write_udp(byte_span segment) const {
    put_u16(segment.subspan(4), segment.size());
    put_u16(segment.subspan(udp_checksum_offset), 0);
    const auto length = static_cast<std::uint32_t>(segment.size());
    const auto sum =
        checksum().add(std::uint32_t{address_sum_}).add(std::uint32_t{protocol_udp}).add(length).add(segment).value();
    put_u16(segment.subspan(udp_checksum_offset), sum == 0 ? 0xffff : sum);
}

}  // namespace buri::dataplane
