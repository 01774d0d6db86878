#include "buri/udp/receiver.hpp"
#include "buri/udp/sender.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

#include <algorithm>

using namespace buri;
using namespace buri::test;
using core::relay_drop;

namespace {

const std::vector<endpoint> everywhere{at("0.0.0.0:0")};
const auto alice_in = spi_of(1);
const auto bob_in = spi_of(2);

endpoint relay_at(const relay_fixture& world, const char* address) {
    return {ip_address::parse(address).value(), world.service.udp().front().port};
}

/// A node whose datagrams come and go as trains.
class train_node {
public:
    train_node(relay_fixture& world, const endpoint& relay) : world_(world), relay_(relay) {}

    wire::relay_message ask(const bytes& what) {
        REQUIRE(socket.send(relay_, what) == udp::send_outcome::taken);
        bytes into(65'536);
        std::optional<udp::datagram_socket::received> got;
        REQUIRE(world_.until([&] { return (got = socket.receive(into)).has_value(); }));
        return wire::parse_relay_message(byte_view(into).first(got->size)).value();
    }
    void bind(std::uint32_t node, spi in) {
        const auto pong = std::get<wire::relay_pong>(ask(wire::encode(wire::relay_ping{{1}})));
        const auto answer = ask(wire::encode(wire::relay_bind{pong.cookie, world_.token(node, in)}));
        REQUIRE(std::get<wire::relay_bind_ok>(answer).bound == in);
    }
    void send(const bytes& train, std::size_t segment) {
        udp::sender out;
        out.add(socket, relay_, {}, train, segment);
        out.flush();
        REQUIRE(out.counters().calls.value() == 1);
    }

    udp::datagram_socket socket = udp::datagram_socket::open(0).value();

private:
    relay_fixture& world_;
    endpoint relay_;
};

}  // namespace

TEST_CASE("a datagram goes through the relay byte for byte, each way") {
    relay_fixture world(everywhere);
    udp_node alice(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    udp_node bob(world, "127.0.0.2", relay_at(world, "127.0.0.1"));
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    for (const std::size_t size : {8U, 100U, 1'400U, 9'000U, 65'000U}) {
        const auto there = sealed(bob_in, 0x11, size);
        alice.send(there);
        CHECK(bob.receive() == there);
        const auto back = sealed(alice_in, 0x22, size);
        bob.send(back);
        CHECK(alice.receive() == back);
    }
    const auto statistics = world.service.statistics();
    CHECK(statistics.relay.datagrams == 10);
    CHECK(statistics.relay.bindings == 2);
    CHECK(std::ranges::all_of(statistics.relay.drops, [](auto count) { return count == 0; }));
}

TEST_CASE("a batch goes through in order") {
    relay_fixture world(everywhere);
    udp_node alice(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    udp_node bob(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    for (std::uint8_t i = 0; i < 200; ++i)
        alice.send(sealed(bob_in, i));
    for (std::uint8_t i = 0; i < 200; ++i)
        REQUIRE(bob.receive() == sealed(bob_in, i));
}

TEST_CASE(
    "a train goes through as trains, each datagram to where it is bound, and what is none of a tunnel is answered") {
    relay_fixture world(everywhere);
    const auto relay = relay_at(world, "127.0.0.1");
    udp_node bob(world, "127.0.0.1", relay);
    udp_node carol(world, "127.0.0.1", relay);
    bob.bind(2, bob_in);
    carol.bind(3, spi_of(3));
    train_node alice(world, relay);
    alice.bind(1, alice_in);
    const auto question = wire::encode(wire::relay_ping{{2}});
    const auto size = question.size();
    bytes train;
    for (std::uint8_t i = 0; i < 10; ++i)
        append(train, sealed(bob_in, i, size));
    append(train, question);
    for (std::uint8_t i = 0; i < 10; ++i)
        append(train, sealed(i % 2 == 0 ? bob_in : spi_of(3), i, size));
    append(train, sealed(bob_in, 99, size - 1));
    alice.send(train, size);
    for (std::uint8_t i = 0; i < 10; ++i)
        CHECK(bob.receive() == sealed(bob_in, i, size));
    for (std::uint8_t i = 0; i < 10; ++i)
        CHECK((i % 2 == 0 ? bob : carol).receive() == sealed(i % 2 == 0 ? bob_in : spi_of(3), i, size));
    CHECK(bob.receive() == sealed(bob_in, 99, size - 1));
    bytes into(100);
    CHECK(world.until([&] { return alice.socket.receive(into).has_value(); }));
    CHECK(world.service.statistics().relay.datagrams == 21);
    CHECK(world.service.statistics().relay.bytes == 21 * size - 1);
}

TEST_CASE("what leaves is as coalesced as what came") {
    relay_fixture world(everywhere);
    const auto relay = relay_at(world, "127.0.0.1");
    train_node alice(world, relay);
    train_node bob(world, relay);
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    REQUIRE(bob.socket.coalesce_received());
    bytes train;
    for (std::uint8_t i = 0; i < 40; ++i)
        append(train, sealed(bob_in, i, 1'400));
    alice.send(train, 1'400);
    udp::receiver in;
    std::span<const udp::train> got;
    REQUIRE(world.until([&] { return !(got = in.receive(bob.socket)).empty(); }));
    CHECK(got.size() == 1);
    CHECK(got[0].segment == 1'400);
    CHECK(got[0].count() == 40);
    CHECK(std::ranges::equal(got[0].data, train));
}

TEST_CASE("answers, and what is sent on, leave from the address that the node sends to") {
    relay_fixture world(everywhere);
    udp_node alice(world, "127.0.0.1", relay_at(world, "127.0.0.5"));
    udp_node bob(world, "127.0.0.1", relay_at(world, "127.0.0.6"));
    alice.ping();
    CHECK(alice.from() == "127.0.0.5");
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    CHECK(bob.from() == "127.0.0.6");
    alice.send(sealed(bob_in, 1));
    CHECK(bob.receive() == sealed(bob_in, 1));
    CHECK(bob.from() == "127.0.0.6");
    bob.send(sealed(alice_in, 2));
    CHECK(alice.receive() == sealed(alice_in, 2));
    CHECK(alice.from() == "127.0.0.5");
}

TEST_CASE("what a node bound through one address does not count through another") {
    relay_fixture world(everywhere);
    udp_node alice(world, "127.0.0.1", relay_at(world, "127.0.0.5"));
    alice.bind(1, alice_in);
    CHECK(alice.ping().bindings == 1);
    const auto before = world.dropped(relay_drop::unbound_way);
    udp_node stranger(world, "127.0.0.3", relay_at(world, "127.0.0.5"));
    stranger.send(sealed(alice_in, 1));
    CHECK(world.until([&] { return world.dropped(relay_drop::unbound_way) == before + 1; }));
}

TEST_CASE("IPv6 has its own socket, and the two reach each other") {
    relay_fixture world({at("0.0.0.0:0"), at("[::1]:0")});
    udp_node alice(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    udp_node bob(world, "::1", world.service.udp().back());
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    alice.send(sealed(bob_in, 1));
    CHECK(bob.receive() == sealed(bob_in, 1));
    bob.send(sealed(alice_in, 2));
    CHECK(alice.receive() == sealed(alice_in, 2));
}

TEST_CASE("STUN is answered on the same socket, from the port that was asked for") {
    relay_fixture world({at("127.0.0.1:0"), at("127.0.0.1:0")});
    const auto first = world.service.udp().front();
    const auto second = world.service.udp().back();
    world.service.set_stun({.addresses = {first.address}, .ports = {first.port, second.port}});
    udp_node alice(world, "127.0.0.1", first);
    alice.send(wire::encode_stun_request({.transaction = {7}}));
    auto answer = wire::parse_stun_response(alice.receive());
    REQUIRE(answer);
    CHECK(answer->mapped == endpoint{first.address, alice.port()});
    CHECK(alice.from_port() == first.port);
    alice.send(wire::encode_stun_request({.transaction = {8}, .change_port = true}));
    answer = wire::parse_stun_response(alice.receive());
    REQUIRE(answer);
    CHECK(answer->origin == second);
    CHECK(alice.from_port() == second.port);
    CHECK(world.service.statistics().stun_answers == 2);
}

TEST_CASE("without a relay's number STUN is answered and nothing else, until there is one") {
    relay_fixture world({});
    relay::service bare(world.context.get_executor(), {}, world.random, {});
    REQUIRE(bare.add_udp(at("127.0.0.1:0")));
    world.tasks.spawn(bare.run());
    udp_node alice(world, "127.0.0.1", bare.udp().front());
    alice.send(wire::encode(wire::relay_ping{{1}}));
    alice.send(wire::encode_stun_request({.transaction = {7}}));
    CHECK(wire::parse_stun_response(alice.receive()));
    bare.set_relay({.id = relay_fixture::number, .server = world.key.public_part()});
    alice.bind(1, alice_in);
    CHECK(bare.statistics().relay.bindings == 1);
    world.tasks.cancel();
    world.context.restart();
    world.context.run();
}

TEST_CASE("a node on a stream and one on UDP reach each other") {
    relay_fixture world(everywhere);
    stream_node alice(world);
    udp_node bob(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    for (const std::size_t size : {8U, 1'400U, 65'000U}) {
        alice.send(sealed(bob_in, 1, size));
        CHECK(bob.receive() == sealed(bob_in, 1, size));
        bob.send(sealed(alice_in, 2, size));
        CHECK(alice.receive() == sealed(alice_in, 2, size));
    }
}

TEST_CASE("two streams reach each other, however their bytes are cut") {
    relay_fixture world(everywhere);
    stream_node alice(world);
    stream_node bob(world);
    alice.bind(1, alice_in);
    bob.bind(2, bob_in);
    wire::writer both;
    both.u32(100).raw(sealed(bob_in, 1)).u32(100).raw(sealed(bob_in, 2));
    for (const auto byte : both.data()) {
        alice.send_raw({byte});
        world.context.restart();
        world.context.poll();
    }
    CHECK(bob.receive() == sealed(bob_in, 1));
    CHECK(bob.receive() == sealed(bob_in, 2));
}

TEST_CASE("when a stream ends its node is forgotten") {
    relay_fixture world(everywhere);
    stream_node alice(world);
    alice.bind(1, alice_in);
    CHECK(world.service.statistics().streams == 1);
    alice.close();
    CHECK(world.until([&] { return world.service.statistics().streams == 0; }));
    CHECK(world.service.statistics().relay.bindings == 0);
}

TEST_CASE("a stream that breaks the format is closed") {
    for (const auto& broken : {bytes{0, 0, 0, 0}, bytes{0, 1, 0, 0}, bytes{0xff, 0xff, 0xff, 0xff}}) {
        relay_fixture world(everywhere);
        stream_node alice(world);
        alice.bind(1, alice_in);
        alice.send_raw(broken);
        CHECK(alice.is_ended());
        CHECK(world.until([&] { return world.service.statistics().streams == 0; }));
    }
}

TEST_CASE("a stream that binds nothing in time is closed, whatever it sends") {
    relay_fixture world(everywhere, 300ms);
    stream_node mallory(world);
    stream_node alice(world);
    alice.bind(1, alice_in);
    CHECK(world.service.statistics().streams == 2);
    mallory.send_raw({0, 0, 0, 100});
    const auto begin = std::chrono::steady_clock::now();
    auto sent = begin;
    CHECK(world.until([&] {
        if (world.service.statistics().streams < 2) return true;
        if (std::chrono::steady_clock::now() - sent < 10ms) return false;
        sent = std::chrono::steady_clock::now();
        mallory.send_raw({0});
        return false;
    }));
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    CHECK(mallory.is_ended());
    alice.send(wire::encode(wire::relay_ping{{1}}));
    CHECK_FALSE(alice.receive().empty());
}

TEST_CASE("a stream that has bound nothing sends nothing larger than what binds") {
    relay_fixture world(everywhere);
    stream_node alice(world);
    alice.send_raw({0, 0, 1, 0});
    CHECK(alice.is_ended());
    CHECK(world.until([&] { return world.service.statistics().streams == 0; }));
}

TEST_CASE("who has a stream is a stranger until something is bound") {
    relay_fixture world(everywhere);
    auto guest = std::make_shared<int>();
    const std::weak_ptr<int> stranger = guest;
    stream_node alice(world, 0, std::move(guest));
    alice.send(wire::encode(wire::relay_ping{{1}}));
    CHECK_FALSE(alice.receive().empty());
    CHECK_FALSE(stranger.expired());
    alice.bind(1, alice_in);
    CHECK(world.until([&] { return stranger.expired(); }));
    CHECK(world.service.statistics().streams == 1);
}

TEST_CASE("a node moves from its stream to UDP, and the stream's end does not harm it") {
    relay_fixture world(everywhere);
    stream_node before(world);
    udp_node after(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    udp_node bob(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    before.bind(1, alice_in);
    bob.bind(2, bob_in);
    after.bind(1, alice_in);
    before.close();
    CHECK(world.until([&] { return world.service.statistics().streams == 0; }));
    bob.send(sealed(alice_in, 3));
    CHECK(after.receive() == sealed(alice_in, 3));
}

TEST_CASE("to a stream that is not read the newest are dropped, and nobody else waits") {
    relay_fixture world(everywhere);
    stream_node slow(world, 4'096);
    udp_node bob(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    udp_node carol(world, "127.0.0.1", relay_at(world, "127.0.0.1"));
    slow.bind(1, alice_in);
    bob.bind(2, bob_in);
    carol.bind(3, spi_of(3));
    const bool is_full = world.until([&] {
        bob.send(sealed(alice_in, 1, 60'000));
        return world.dropped(relay_drop::queue) > 0;
    });
    CHECK(is_full);
    bob.send(sealed(spi_of(3), 4));
    CHECK(carol.receive() == sealed(spi_of(3), 4));
    CHECK(slow.receive() == sealed(alice_in, 1, 60'000));
}
