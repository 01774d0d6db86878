// Packets and paths of different sizes.
#include "tests/unit/dataplane/forwarder_fixture.hpp"
#include "tests/unit/dataplane/tcp_packet.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;
using test::forwarder_fixture;

namespace {

constexpr std::uint8_t syn = 0x02;

bytes unfragmented(bytes packet) {
    packet[6] |= 0x40U;
    return packet;
}

void set_mtu(forwarder_fixture& pair, std::uint16_t mtu) {
    pair.alice.link.mtu = pair.bob.link.mtu = mtu;
    pair.install();
}

}  // namespace

TEST_CASE("a packet that the path does not carry is refused with the MTU, as it was, and costs no id") {
    forwarder_fixture pair;
    set_mtu(pair, 1300);
    for (const auto& packet :
         {unfragmented(pair.packet_to_bob(1281)), test::v6_packet(pair.alice.v6(), pair.bob.v6(), 1261)}) {
        auto given = packet;
        bytes into(room_for(packet.size()));
        const auto refused = pair.alice_side.on_packet(given, into);
        CHECK(refused.dropped() == drop_reason::over_mtu);
        CHECK(refused.to.mtu == 1300);
        CHECK(refused.to.peer == pair.bob.self);
        CHECK(given == packet);
    }
    CHECK(pair.alice.link.send->last_id == 0);
    CHECK(pair.alice_side.out.drops()[drop_reason::over_mtu] == 2);
    CHECK(pair.refused(unfragmented(pair.packet_to_bob(1280))) == drop_reason::none);
    CHECK(pair.refused(test::v6_packet(pair.alice.v6(), pair.bob.v6(), 1260)) == drop_reason::none);
}

TEST_CASE("of a super-packet the largest segment counts") {
    forwarder_fixture pair;
    set_mtu(pair, 1300);
    const auto packet = unfragmented(pair.packet_to_bob(5000));
    CHECK(pair.alice_side.out.find_route(packet, 1300).dropped == drop_reason::none);
    CHECK(pair.alice_side.out.find_route(packet, 1301).dropped == drop_reason::over_mtu);
}

TEST_CASE("a packet that may be fragmented leaves whole; its datagram is fragmented on the way") {
    forwarder_fixture pair;
    set_mtu(pair, 1300);
    const auto packet = pair.packet_to_bob(1400);
    CHECK(pair.open(pair.sealed(packet)).content == packet);
}

TEST_CASE("while the path's size is not known every packet leaves as it is") {
    forwarder_fixture pair;
    for (const auto& packet :
         {unfragmented(pair.packet_to_bob(1481)), test::v6_packet(pair.alice.v6(), pair.bob.v6(), 1461),
          test::tcp_packet(true, syn, test::mss_option(9000), 0)})
        CHECK(pair.open(pair.sealed(packet)).content == packet);
}

TEST_CASE("packets that not every path carries are counted, those of control are not") {
    forwarder_fixture pair;
    for (const std::size_t size : {1180, 1181, 1400})
        pair.sealed(pair.packet_to_bob(size));
    CHECK(pair.alice.link.statistics->sent_large == 2);
    pair.sealed_message(bytes(1300, 0xf0));
    CHECK(pair.alice.link.statistics->sent_large == 2);
}

TEST_CASE("connections are asked for segments that fit, by the end that knows its path, in both directions") {
    forwarder_fixture pair;
    const bool v4 = GENERATE(true, false);
    const auto asked = test::tcp_packet(v4, syn, test::mss_option(1460), 0);
    const auto fitting = test::tcp_packet(v4, syn, test::mss_option(v4 ? 1260 : 1240), 0);
    SECTION("the sender knows") {
        pair.alice.link.mtu = 1300;
    }
    SECTION("the receiver knows") {
        pair.bob.link.mtu = 1300;
    }
    SECTION("both know, and not the same") {
        pair.alice.link.mtu = 1300;
        pair.bob.link.mtu = 1400;
    }
    pair.install();
    CHECK(pair.open(pair.sealed(asked)).content == fitting);
}

TEST_CASE("what control sends is never too big") {
    forwarder_fixture pair;
    set_mtu(pair, 1280);
    CHECK(pair.open(pair.sealed_message(bytes(1400, 0xf0))).message.what == inbound::kind::control);
}

TEST_CASE("a path's own address goes with the datagram") {
    forwarder_fixture pair;
    pair.alice.link.from = ip_address::v4(0x0a000001);
    pair.install();
    CHECK(pair.send(pair.packet_to_bob()).to.link->from == pair.alice.link.from);
}
