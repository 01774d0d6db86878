#include "tests/unit/dataplane/forwarder_fixture.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace buri;
using namespace buri::dataplane;
using test::forwarder_fixture;

namespace {

constexpr std::size_t max_datagram = 65507;

suite_id each_suite() {
    return GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
}

}  // namespace

TEST_CASE("a packet comes out as it went in, in every suite and of every size") {
    forwarder_fixture pair(each_suite());
    const auto payload = GENERATE(as<std::size_t>{}, 0, 1, 15, 16, 17, 1360, 1480, 9000);
    for (const auto& packet : {test::v4_packet(pair.alice.v4(), pair.bob.v4(), payload),
                               test::v6_packet(pair.alice.v6(), pair.bob.v6(), payload)}) {
        const auto got = pair.open(pair.sealed(packet));
        CHECK(got.message.what == inbound::kind::packet);
        CHECK(got.message.peer == pair.alice.self);
        CHECK(got.content == packet);
    }
    CHECK(pair.alice.link.statistics->sent_packets == 2);
    CHECK(pair.bob.link.statistics->received_packets == 2);
    CHECK(pair.bob.link.statistics->received_bytes == 60 + 2 * payload);
    CHECK(pair.alice.link.send->last_id == 2);
    CHECK(pair.bob.link.receive[0]->newest_id == 2);
}

TEST_CASE("the largest packet that a datagram holds passes, and one byte more is too large") {
    forwarder_fixture pair(each_suite());
    std::size_t largest = 0;
    for (std::size_t size = max_datagram - 100; size <= max_datagram; ++size) {
        const auto packet = pair.packet_to_bob(size - 20);
        const auto reason = pair.refused(packet);
        if (reason == drop_reason::none) {
            CHECK((largest == 0 || largest + 1 == size));
            largest = size;
        } else {
            CHECK(reason == drop_reason::too_large);
        }
    }
    CHECK(largest > max_datagram - 100);
    CHECK(pair.open(pair.sealed(pair.packet_to_bob(largest - 20))).message.what == inbound::kind::packet);
}

TEST_CASE("a packet for which there is no room is refused, not written past the end") {
    forwarder_fixture pair(each_suite());
    auto packet = pair.packet_to_bob();
    const auto needed = wire::datagram_header_size + crypto::sealed_size(pair.suite, packet.size());
    for (std::size_t room = 0; room < needed; ++room) {
        bytes into(room);
        CHECK(pair.alice_side.on_packet(packet, into).dropped() == drop_reason::too_large);
    }
    CHECK(pair.alice.link.send->last_id == 0);
}

TEST_CASE("a packet goes to the tunnel and the path that the snapshot names") {
    forwarder_fixture pair;
    const auto ready = pair.send(pair.packet_to_bob());
    CHECK(ready.to.peer == pair.bob.self);
    REQUIRE(ready.sealed.link == ready.to.link);
    CHECK(ready.to.link->path == pair.alice.link.path);
    const auto header = wire::parse_datagram_header(ready.sealed.datagram);
    REQUIRE(header);
    CHECK(header->to == pair.alice.link.out);
    CHECK(header->id == 1);
}

TEST_CASE("what is no packet for a peer is dropped, with the reason") {
    forwarder_fixture pair;
    SECTION("cut short anywhere") {
        for (const auto& packet : {pair.packet_to_bob(), test::v6_packet(pair.alice.v6(), pair.bob.v6(), 64)}) {
            for (std::size_t size = 0; size < packet.size(); ++size) {
                CHECK(pair.refused(byte_view(packet).first(size)) == drop_reason::not_ip);
            }
        }
    }
    SECTION("longer than it says") {
        auto packet = pair.packet_to_bob();
        packet.push_back(0);
        CHECK(pair.refused(packet) == drop_reason::not_ip);
    }
    SECTION("an IPv4 header shorter than 20 bytes, or longer than the packet") {
        for (std::uint8_t words = 0; words < 16; ++words) {
            auto packet = pair.packet_to_bob(8);
            packet[0] = static_cast<std::uint8_t>(0x40 | words);
            CHECK(pair.refused(packet) == (words >= 5 && words <= 7 ? drop_reason::none : drop_reason::not_ip));
        }
    }
    SECTION("every other version") {
        for (unsigned version = 0; version < 16; ++version) {
            auto packet = pair.packet_to_bob();
            packet[0] = static_cast<std::uint8_t>(version << 4U | 5U);
            if (version != 4) CHECK(pair.refused(packet) == drop_reason::not_ip);
        }
    }
    SECTION("no such peer") {
        for (const auto* text :
             {"100.64.0.3", "100.64.0.1", "100.127.255.255", "255.255.255.255", "224.0.0.251", "0.0.0.0"}) {
            const auto to = ip_address::parse(text).value();
            CHECK(pair.refused(test::v4_packet(pair.alice.v4(), to, 10)) == drop_reason::no_route);
        }
        for (const auto* text :
             {"fd12:3456:789a:bcdf::6440:2", "fd12:3456:789a:bcde:0:1:6440:2", "fd12:3456:789a:bcde:1::6440:2",
              "fd12:3456:789a:bcde::6440:3", "::ffff:100.64.0.2", "::100.64.0.2", "ff02::1", "::"}) {
            const auto to = ip_address::parse(text).value();
            CHECK(pair.refused(test::v6_packet(pair.alice.v6(), to, 10)) == drop_reason::no_route);
        }
    }
    CHECK(pair.refused(pair.packet_to_bob()) == drop_reason::none);
}

TEST_CASE("without a ULA no IPv6 packet has a route, whatever its address") {
    forwarder_fixture pair;
    const auto bare = std::make_shared<snapshot>(*pair.alice.snapshot());
    bare->ula = {};
    pair.alice_side.install(bare);
    for (const auto* text : {"::ffff:100.64.0.2", "::6440:2", "fd12:3456:789a:bcde::6440:2"}) {
        const auto to = ip_address::parse(text).value();
        CHECK(pair.refused(test::v6_packet(pair.alice.v6(), to, 10)) == drop_reason::no_route);
    }
}

TEST_CASE("random bytes from the interface never pass as a packet") {
    forwarder_fixture pair;
    for (int i = 0; i < 20'000; ++i) {
        bytes garbage(pair.random.below(200));
        pair.random.fill(garbage);
        CHECK(pair.refused(garbage) != drop_reason::none);
    }
}

TEST_CASE("a peer without keys or without a path is named, so that control can bring it up") {
    forwarder_fixture pair;
    SECTION("no keys") {
        pair.alice.link.send.reset();
    }
    SECTION("no path") {
        pair.alice.link.path = {};
    }
    SECTION("ids are used up") {
        pair.alice.link.send->last_id = max_message_id;
    }
    pair.install();
    const auto ready = pair.send(pair.packet_to_bob());
    CHECK(ready.dropped() == drop_reason::no_session);
    CHECK(ready.to.peer == pair.bob.self);
    CHECK(ready.sealed.datagram.empty());
    bytes into(room_for(2));
    const bytes message{0xf0, 0xa0};
    CHECK(pair.alice_side.out.seal_for(pair.alice.link.in, message, into).dropped == drop_reason::no_session);
}

TEST_CASE("the last id of a key is used, the one after it never") {
    forwarder_fixture pair(each_suite());
    pair.alice.link.send->last_id = max_message_id - 1;
    const auto last = pair.sealed(pair.packet_to_bob());
    CHECK(wire::parse_datagram_header(last)->id == max_message_id);
    CHECK(pair.open(last).message.what == inbound::kind::packet);
    CHECK(pair.refused(pair.packet_to_bob()) == drop_reason::no_session);
    CHECK(pair.alice.link.send->last_id == max_message_id);
}

TEST_CASE("control's messages take the tunnel that they name, even if packets take none") {
    forwarder_fixture pair;
    pair.alice_side.install(pair.alice.without_routes());
    CHECK(pair.refused(pair.packet_to_bob()) == drop_reason::no_route);
    CHECK(pair.open(pair.sealed_message({})).message.what == inbound::kind::keepalive);
    bytes into(room_for(2));
    const bytes message{0xf0, 0xa0};
    CHECK(pair.alice_side.out.seal_for(spi{0x80009000}, message, into).dropped == drop_reason::unknown_spi);
}

TEST_CASE("before the first snapshot nothing passes, except what is not for a tunnel") {
    test::both_forwarders side;
    forwarder_fixture pair;
    auto packet = pair.packet_to_bob();
    bytes into(room_for(packet.size()));
    CHECK(side.on_packet(packet, into).dropped() == drop_reason::no_route);
    auto datagram = pair.sealed(pair.packet_to_bob());
    CHECK(side.in.on_datagram(pair.bob.link.path, datagram).dropped == drop_reason::unknown_spi);
    bytes stun(20);
    CHECK(side.in.on_datagram(pair.bob.link.path, stun).what == inbound::kind::clear);
    bytes relay_control{0x42, 0x55, 0x52, 0x49, 5, 0, 0, 0};
    CHECK(side.in.on_datagram(pair.bob.link.path, relay_control).what == inbound::kind::clear);
}

TEST_CASE("every reason has a name of its own") {
    std::set<std::string> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(drop_reason::count_); ++i)
        names.emplace(to_string(static_cast<drop_reason>(i)));
    CHECK(names.size() == static_cast<std::size_t>(drop_reason::count_));
    CHECK(names.count("unknown") == 0);
}
