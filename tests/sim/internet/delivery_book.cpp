#include "tests/sim/internet/delivery_book.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

namespace buri::sim {

namespace {

constexpr std::uint8_t protocol = 253;  // for experiments, RFC 3692
constexpr std::size_t header_v4 = 20;
constexpr std::size_t header_v6 = 40;

bytes packet_v4(node_id from, node_id to, std::uint32_t number, std::size_t padding) {
    wire::writer out;
    out.u8(0x45).u8(0).u16(static_cast<std::uint16_t>(header_v4 + 4 + padding));
    out.u32(0).u8(64).u8(protocol).u16(0).u32(from.value).u32(to.value).u32(number).raw(bytes(padding, 0x55));
    return out.take();
}

bytes packet_v6(const ip_prefix& ula, node_id from, node_id to, std::uint32_t number, std::size_t padding) {
    wire::writer out;
    out.u32(0x60000000).u16(static_cast<std::uint16_t>(4 + padding)).u8(protocol).u8(64);
    out.raw(ula_of(ula, from).v6_bytes()).raw(ula_of(ula, to).v6_bytes()).u32(number).raw(bytes(padding, 0x55));
    return out.take();
}

}  // namespace

bytes delivery_book::make_packet(node_id from, node_id to, const ip_prefix& ula, std::size_t padding) {
    const auto number = static_cast<std::uint32_t>(packets_.size());
    packets_.push_back({from, to});
    auto& present = flows_[{from, to}];
    ++present.sent;
    present.last_sent = world_.now();
    return number % 2 == 0 ? packet_v4(from, to, number, padding) : packet_v6(ula, from, to, number, padding);
}

void delivery_book::on_delivered(node_id at, byte_view packet) {
    world_.expect(!packet.empty(), "a delivered packet is not empty");
    const auto is_v4 = packet[0] >> 4U == 4;
    wire::reader in(packet);
    in.take(is_v4 ? header_v4 : header_v6);
    const auto number = in.u32();
    const auto padding = in.rest();
    world_.expect(in.ok() && number < packets_.size(), "only packets that were sent are delivered");
    auto& known = packets_[number];
    const auto expected = is_v4 ? packet_v4(known.from, known.to, number, padding.size()) : bytes{};
    world_.expect(!is_v4 || std::equal(packet.begin(), packet.end(), expected.begin(), expected.end()),
                  "a packet arrives as it was sent");
    world_.expect(known.to == at, "a packet is delivered to the node that it is for");
    world_.expect(!known.delivered, "no packet is delivered twice");
    world_.expect(may_talk_(known.from, known.to), "no packet goes to a node that shares no network");
    known.delivered = true;
    if (number < counted_from_) return;
    auto& present = flows_[{known.from, known.to}];
    ++present.delivered;
    if (present.last_delivered != time_point{}) {
        present.longest_silence = std::max(present.longest_silence, world_.now() - present.last_delivered);
    }
    present.last_delivered = world_.now();
}

delivery_book::flow delivery_book::between(node_id from, node_id to) const {
    const auto found = flows_.find({from, to});
    return found == flows_.end() ? flow{} : found->second;
}

void delivery_book::forget_counts() {
    counted_from_ = packets_.size();
    flows_.clear();
}

}  // namespace buri::sim
