// Super-packets from one node's machine to another's.
#include "tests/unit/dataplane/plane_fixture.hpp"
#include "tests/unit/dataplane/super_packet_tap.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

TEST_CASE("a super-packet is cut, sent in one call, put together again and written in one", "[netns]") {
    const auto suite = GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha);
    test::plane_pair pair(suite);
    test::super_packet_tap alice("alice");
    test::super_packet_tap bob("bob");
    test::super_options options;
    options.segment = 1300;
    options.payload = 1300 * 40 + 7;
    const auto whole = test::make_super(options);
    REQUIRE(alice.send(whole));
    const auto got = bob.receive();
    CHECK(got.header.segment_size == whole.header.segment_size);
    CHECK(test::segments_of(got) == test::segments_of(whole));

    const auto sender = pair.alice_side.plane->state();
    CHECK(sender.read.calls == 1);
    CHECK(sender.read.packets == 41);
    CHECK(sender.fallbacks == 0);
    const auto receiver = pair.bob_side.plane->state();
    CHECK(receiver.written.calls == 1);
    CHECK(receiver.written.packets == 41);
    CHECK(receiver.refused == 0);
}

TEST_CASE("of a super-packet that waits for a session each segment comes through", "[netns]") {
    test::plane_pair pair;
    auto without = pair.alice;
    without.link.send.reset();
    pair.alice_side.install(without);
    REQUIRE(pair.alice_side.settle());
    test::super_packet_tap alice("alice");
    test::super_packet_tap bob("bob");
    const auto whole = test::make_super({});
    REQUIRE(alice.send(whole));
    REQUIRE(pair.alice_side.wait_for<send_wanted>());
    pair.alice_side.install(pair.alice);
    std::vector<bytes> got;
    while (got.size() < 5) {
        const auto part = test::segments_of(bob.receive());
        REQUIRE(part);
        got.insert(got.end(), part->begin(), part->end());
    }
    CHECK(got == test::segments_of(whole));
}

TEST_CASE("a super-packet whose segments do not fit the path is answered as a packet would be", "[netns]") {
    test::plane_pair pair;
    pair.alice.link.mtu = 900;
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    test::super_packet_tap alice("alice");
    REQUIRE(alice.send(test::make_super({})));
    const auto answer = alice.receive().packet;
    REQUIRE(answer.size() > 28);
    CHECK(answer[9] == 1);
    CHECK(answer[20] == 3);
    CHECK(answer[21] == 4);
    CHECK(pair.alice_side.plane->dropped(drop_reason::over_mtu) == 1);
}

TEST_CASE("one thread does what two do", "[netns]") {
    const test::network_namespace alone;
    test::turn_off_v6();
    test::linked_pair pair(suite_id::aes);
    test::plane_parts parts("alice");
    test::other_socket peer;
    const auto where = parts.where();
    test::packet_tap machine("alice");
    pair.alice.link.path = pair.bob.link.path = peer.where();
    plane single(
        std::move(parts.tun), std::move(parts.socket), [] {}, logger(), plane::threads::one);
    CHECK(single.state().threads == 1);
    single.post(install_snapshot{pair.alice.snapshot()});
    test::both_forwarders bob;
    bob.install(pair.bob.snapshot());
    const auto packet = test::v4_packet(pair.alice.v4(), pair.bob.v4(), 100);
    REQUIRE(machine.send(packet));
    auto sealed = peer.receive();
    REQUIRE(sealed);
    CHECK(bob.in.on_datagram(where, *sealed).what == inbound::kind::packet);
    const auto answer = test::v4_packet(pair.bob.v4(), pair.alice.v4(), 100);
    REQUIRE(peer.send(where, bob.sealed(answer)));
    CHECK(machine.receive() == answer);
}
