// Who is bound at a relay, how long, and what is sent on.
#include "tests/unit/core/relay_world.hpp"

using namespace buri;
using namespace buri::test;

namespace {

const auto alice_at = udp("198.51.100.1:4000");
const auto bob_at = udp("203.0.113.2:5000", 1);
const auto alice_in = spi_of(1);
const auto bob_in = spi_of(2);

struct pair_world : relay_world {
    pair_world() {
        bind(alice_at, 1, alice_in);
        bind(bob_at, 2, bob_in);
    }
};

}  // namespace

TEST_CASE("a datagram goes to the node that its SPI is bound to, by the socket that the node bound through") {
    pair_world world;
    CHECK(world.send(alice_at, bob_in) == bob_at);
    CHECK(world.send(bob_at, alice_in) == alice_at);
    const auto statistics = world.relay.statistics(world.now);
    CHECK(statistics.bindings == 2);
    CHECK(statistics.nodes == 2);
    CHECK(statistics.datagrams == 2);
    CHECK(statistics.bytes == 2 * sealed_size);
}

TEST_CASE("every key epoch of a tunnel is the same SPI to a relay") {
    pair_world world;
    for (std::uint8_t epoch = 0; epoch < 4; ++epoch)
        CHECK(world.send(alice_at, bob_in.with_epoch(epoch)) == bob_at);
}

TEST_CASE("a clear datagram is sent on; one with an epoch is none") {
    pair_world world;
    bytes clear(50, 0x31);
    wire::write_datagram_header({bob_in, 0}, clear);
    CHECK(world.relay.route(alice_at, clear, world.now) == bob_at);
    wire::write_datagram_header({bob_in.with_epoch(1), 0}, clear);
    CHECK_FALSE(world.relay.route(alice_at, clear, world.now));
    CHECK(world.dropped(relay_drop::malformed) == 1);
}

TEST_CASE("what is no tunnel's datagram goes nowhere") {
    pair_world world;
    const auto whole = relay_world::sealed(bob_in);
    for (std::size_t size = 0; size < wire::datagram_header_size; ++size)
        CHECK_FALSE(world.relay.route(alice_at, byte_view(whole).first(size), world.now));
    CHECK(world.relay.route(alice_at, byte_view(whole).first(wire::datagram_header_size), world.now));
    auto control = whole;
    control[0] &= 0x7f;
    CHECK_FALSE(world.relay.route(alice_at, control, world.now));
}

TEST_CASE("nothing is sent on from a way that nobody bound") {
    pair_world world;
    CHECK_FALSE(world.send(udp("198.51.100.1:4001"), bob_in));
    CHECK_FALSE(world.send(udp("198.51.100.9:4000"), bob_in));
    CHECK_FALSE(world.send(udp("198.51.100.1:4000", 1), bob_in));
    CHECK_FALSE(world.send(stream(1, "198.51.100.1:4000"), bob_in));
    CHECK(world.dropped(relay_drop::unbound_way) == 4);
    CHECK(world.relay.statistics(world.now).datagrams == 0);
}

TEST_CASE("nothing is sent to an SPI that nobody bound") {
    pair_world world;
    CHECK_FALSE(world.send(alice_at, spi_of(3)));
    CHECK(world.dropped(relay_drop::unbound_spi) == 1);
}

TEST_CASE("one BIND from another way moves all that a node has bound") {
    pair_world world;
    const auto second = spi_of(10);
    world.bind(alice_at, 1, second);
    const auto elsewhere = udp("192.0.2.77:999");
    world.bind(elsewhere, 1, alice_in);
    CHECK(world.send(bob_at, alice_in) == elsewhere);
    CHECK(world.send(bob_at, second) == elsewhere);
    CHECK(world.relay.statistics(world.now).bindings == 3);
}

TEST_CASE("where a node was before may send for ten seconds more, and receives nothing") {
    pair_world world;
    const auto elsewhere = udp("192.0.2.77:999");
    world.bind(elsewhere, 1, alice_in);
    CHECK(world.send(alice_at, bob_in) == bob_at);
    CHECK(world.send(bob_at, alice_in) == elsewhere);
    world.pass(9999ms);
    CHECK(world.send(alice_at, bob_in) == bob_at);
    world.pass(1ms);
    CHECK_FALSE(world.send(alice_at, bob_in));
    CHECK(world.send(elsewhere, bob_in) == bob_at);
}

TEST_CASE("a node that goes back and forth is where its last BIND came from") {
    pair_world world;
    const auto elsewhere = udp("192.0.2.77:999");
    for (int i = 0; i < 5; ++i) {
        world.bind(elsewhere, 1, alice_in);
        CHECK(world.send(bob_at, alice_in) == elsewhere);
        world.bind(alice_at, 1, alice_in);
        CHECK(world.send(bob_at, alice_in) == alice_at);
        CHECK(world.send(elsewhere, bob_in) == bob_at);
    }
    world.bind(udp("192.0.2.78:1"), 1, alice_in);
    CHECK_FALSE(world.send(elsewhere, bob_in));
    CHECK(world.relay.statistics(world.now).nodes == 2);
}

TEST_CASE("PONG tells how many bindings a node has, where it is now") {
    pair_world world;
    CHECK(world.ping(alice_at).bindings == 1);
    world.bind(alice_at, 1, spi_of(10));
    CHECK(world.ping(alice_at).bindings == 2);
    CHECK(world.ping(udp("198.51.100.1:4001")).bindings == 0);
    world.bind(udp("192.0.2.77:999"), 1, alice_in);
    CHECK(world.ping(udp("192.0.2.77:999")).bindings == 2);
    CHECK(world.ping(alice_at).bindings == 0);
}

TEST_CASE("a silent node is forgotten after 60 seconds") {
    pair_world world;
    world.pass(59999ms);
    CHECK(world.relay.bound(alice_in, world.now));
    CHECK(world.relay.statistics(world.now).bindings == 2);
    world.pass(1ms);
    CHECK_FALSE(world.relay.bound(alice_in, world.now));
    CHECK(world.relay.statistics(world.now).bindings == 0);
    CHECK(world.relay.statistics(world.now).nodes == 0);
    CHECK(world.relay.next_deadline() == never);
    CHECK_FALSE(world.send(alice_at, bob_in));
}

TEST_CASE("anything from a node's way keeps all its bindings") {
    pair_world world;
    world.bind(alice_at, 1, spi_of(10));
    for (int i = 0; i < 10; ++i) {
        world.pass(30s);
        i % 2 == 0 ? void(world.send(alice_at, spi_of(99))) : void(world.cookie(alice_at));
    }
    CHECK(world.relay.bound(alice_in, world.now) == alice_at);
    CHECK(world.relay.bound(spi_of(10), world.now) == alice_at);
    CHECK_FALSE(world.relay.bound(bob_in, world.now));
}

TEST_CASE("what is sent to a node does not keep it") {
    pair_world world;
    for (int i = 0; i < 60; ++i) {
        world.pass(1s);
        world.send(bob_at, alice_in);
    }
    CHECK_FALSE(world.relay.bound(alice_in, world.now));
    CHECK(world.relay.bound(bob_in, world.now));
}

TEST_CASE("the way before the newest does not keep a node") {
    pair_world world;
    world.bind(udp("192.0.2.77:999"), 1, alice_in);
    for (int i = 0; i < 60; ++i) {
        world.pass(1s);
        world.send(alice_at, bob_in);
    }
    CHECK_FALSE(world.relay.bound(alice_in, world.now));
}

TEST_CASE("a stream needs no cookie, outlasts silence, and takes its node along when it ends") {
    relay_world world;
    const auto way = stream(1);
    REQUIRE_FALSE(world.bind(way, relay_world::sign(world.claims(1, alice_in)), {}));
    world.bind(bob_at, 2, bob_in);
    for (int i = 0; i < 10; ++i) {
        world.pass(50s);
        CHECK(world.send(bob_at, alice_in) == way);
    }
    CHECK(world.send(way, bob_in) == bob_at);
    world.relay.on_stream_closed(way);
    CHECK_FALSE(world.send(bob_at, alice_in));
    CHECK(world.relay.statistics(world.now).bindings == 1);
    world.relay.on_stream_closed(way);
    world.relay.on_stream_closed(stream(2));
    CHECK(world.relay.statistics(world.now).bindings == 1);
}

TEST_CASE("a node that came back to UDP does not go with its stream") {
    pair_world world;
    const auto way = stream(1);
    REQUIRE_FALSE(world.bind(way, relay_world::sign(world.claims(1, alice_in)), {}));
    world.bind(alice_at, 1, alice_in);
    world.relay.on_stream_closed(way);
    CHECK(world.send(bob_at, alice_in) == alice_at);
    CHECK_FALSE(world.send(way, bob_in));
}

TEST_CASE("an SPI that the server gave to another node goes there") {
    pair_world world;
    world.bind(bob_at, 2, alice_in);
    CHECK(world.send(alice_at, alice_in) == bob_at);
    world.relay.on_stream_closed(alice_at);
    CHECK(world.relay.bound(alice_in, world.now) == bob_at);
}

TEST_CASE("an address that another node binds from is not the first one's any more") {
    pair_world world;
    world.bind(alice_at, 3, spi_of(30));
    CHECK_FALSE(world.relay.bound(alice_in, world.now));
    CHECK(world.send(bob_at, spi_of(30)) == alice_at);
    world.bind(udp("192.0.2.77:999"), 3, spi_of(30));
    world.bind(alice_at, 4, spi_of(40));
    CHECK(world.relay.bound(spi_of(30), world.now) == udp("192.0.2.77:999"));
    CHECK(world.relay.bound(spi_of(40), world.now) == alice_at);
    world.pass(61s);
    CHECK(world.relay.statistics(world.now).nodes == 0);
}

TEST_CASE("a binding ends with its token, though its node goes on") {
    relay_world world;
    auto brief = world.claims(1, alice_in);
    brief.expires = world.wall_seconds() + 100;
    REQUIRE_FALSE(world.bind(alice_at, relay_world::sign(brief)));
    world.bind(alice_at, 1, spi_of(10));
    world.bind(bob_at, 2, bob_in);
    for (int i = 0; i < 9; ++i) {
        world.pass(10s);
        world.send(alice_at, bob_in);
        CHECK(world.send(bob_at, alice_in) == alice_at);
    }
    world.pass(10s);
    CHECK_FALSE(world.send(bob_at, alice_in));
    CHECK(world.send(bob_at, spi_of(10)) == alice_at);
    for (int i = 0; i < 7; ++i) {
        world.send(alice_at, bob_in);
        world.send(bob_at, spi_of(10));
        world.pass(10s);
    }
    CHECK(world.relay.statistics(world.now).bindings == 2);
}

TEST_CASE("a node whose tokens have all ended sends nothing more") {
    relay_world world;
    auto brief = world.claims(1, alice_in);
    brief.expires = world.wall_seconds() + 20;
    REQUIRE_FALSE(world.bind(alice_at, relay_world::sign(brief)));
    world.bind(bob_at, 2, bob_in);
    world.pass(19s);
    CHECK(world.send(alice_at, bob_in) == bob_at);
    world.pass(1s);
    CHECK_FALSE(world.send(alice_at, bob_in));
    world.bind(alice_at, 1, alice_in);
    CHECK(world.send(alice_at, bob_in) == bob_at);
}

TEST_CASE("a fresh token prolongs a binding") {
    relay_world world;
    auto brief = world.claims(1, alice_in);
    brief.expires = world.wall_seconds() + 10;
    REQUIRE_FALSE(world.bind(alice_at, relay_world::sign(brief)));
    world.pass(9s);
    world.bind(alice_at, 1, alice_in);
    world.pass(10s);
    CHECK(world.relay.bound(alice_in, world.now) == alice_at);
}
