// Two bytes of MTU, the rest is a packet of a peer or of this machine; its length is made to fit.
#include "buri/dataplane/checksum.hpp"
#include "buri/dataplane/ip_packet.hpp"
#include "buri/dataplane/tcp_mss.hpp"
#include "buri/dataplane/too_big.hpp"
#include "tests/fuzz/packet_length.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <array>

using namespace buri;
using namespace buri::dataplane;
using buri::fuzz::require;

namespace {

std::uint16_t sum_of(byte_view packet) {
    const std::size_t header = packet[0] >> 4U == 4 ? (packet[0] & 0x0fU) * 4U : 40;
    return checksum().add(packet.subspan(header)).value();
}

void check_answer(byte_view packet, std::uint16_t mtu) {
    bytes answer(max_too_big_size);
    answer.resize(write_too_big(packet, mtu, answer));
    const auto asked = read_ip_addresses(packet);
    const auto addresses = read_ip_addresses(answer);
    require(addresses.has_value(), "an answer is a whole packet");
    require(std::ranges::equal(addresses->source, asked->destination), "an answer comes from where the packet went");
    require(std::ranges::equal(addresses->destination, asked->source), "an answer goes back");
    require(!is_too_big(answer, answer.size(), mtu), "an answer fits, and has no answer");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view input(data, size);
    const auto high = fuzz::take_byte(input);
    const auto mtu = static_cast<std::uint16_t>(high << 8U | fuzz::take_byte(input));
    bytes packet(input.begin(), input.end());
    fuzz::set_length(packet);
    packet.shrink_to_fit();
    if (!read_ip_addresses(packet)) return 0;
    if (is_too_big(packet, packet.size(), mtu)) check_answer(packet, mtu);
    const auto before = packet;
    clamp_mss(packet, mtu);
    if (packet != before) {
        require(packet.size() == before.size(), "a packet keeps its size");
        require(sum_of(packet) == sum_of(before), "a checksum stays as right or wrong as it was");
    }
    const auto clamped = packet;
    clamp_mss(packet, mtu);
    require(packet == clamped, "what fits stays as it is");
    return 0;
}
