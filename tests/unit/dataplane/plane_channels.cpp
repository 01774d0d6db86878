#include "tests/unit/dataplane/channel_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

namespace {

constexpr std::size_t fd_limit_of_test = 300;

/// A sealed packet of Alice's for Bob, as her node would send it.
bytes sealed(test::plane_pair& pair, test::both_forwarders& by) {
    return by.sealed(test::v4_packet(pair.alice.v4(), pair.bob.v4(), 100));
}

}  // namespace

TEST_CASE("a tunnel whose path is a stream carries packets in both directions", "[netns]") {
    test::plane_pair pair;
    test::stream_pair stream;
    const auto relay = parse_endpoint("192.0.2.1:443").value();
    pair.alice_side.plane->post(add_channel{1, stream.mine, relay});
    pair.alice.link.path = {1, relay};
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());

    const auto packet = test::v4_packet(pair.alice.v4(), pair.bob.v4(), 1340);
    REQUIRE(pair.alice_side.tap.send(packet));
    test::other_socket relayed;
    REQUIRE(relayed.send(pair.bob_side.where, stream.receive()));
    CHECK(pair.bob_side.tap.receive() == packet);

    test::both_forwarders bob;
    bob.install(pair.bob.snapshot());
    const auto answer = test::v4_packet(pair.bob.v4(), pair.alice.v4(), 1340);
    REQUIRE(stream.send(bob.sealed(answer)));
    CHECK(pair.alice_side.tap.receive() == answer);
    CHECK(pair.alice_side.count<authentic_from>() == 0);
}

TEST_CASE("what comes through a channel is told with the channel, and is answered through it", "[netns]") {
    test::plane_pair pair;
    test::other_socket peer;
    const test::bound_socket bound;
    pair.alice_side.plane->post(add_channel{5, bound.fd, std::nullopt});
    pair.alice_side.plane->post(send_datagram{{5, peer.where()}, bytes(20, 1)});
    CHECK(peer.receive() == bytes(20, 1));
    REQUIRE(peer.send(bound.where, bytes(20)));
    const auto clear = pair.alice_side.wait_for<clear_received>();
    REQUIRE(clear);
    CHECK(clear->from == path_address{5, peer.where()});
    CHECK(clear->to == test::loopback);
}

TEST_CASE("the same address through another channel is another way, and is told once", "[netns]") {
    test::plane_pair pair;
    const test::bound_socket bound;
    test::other_socket peer;
    test::both_forwarders alice;
    alice.install(pair.alice.snapshot());
    pair.bob.link.path = peer.where();
    pair.bob_side.install(pair.bob);
    pair.bob_side.plane->post(add_channel{2, bound.fd, std::nullopt});
    REQUIRE(pair.bob_side.settle());
    for (int i = 0; i < 5; ++i) {
        REQUIRE(peer.send(bound.where, sealed(pair, alice)));
        REQUIRE_FALSE(pair.bob_side.tap.receive().empty());
        REQUIRE(peer.send(pair.bob_side.where, sealed(pair, alice)));
        REQUIRE_FALSE(pair.bob_side.tap.receive().empty());
    }
    const auto told = pair.bob_side.wait_for<authentic_from>();
    REQUIRE(told);
    CHECK(told->from == path_address{2, peer.where()});
    CHECK(pair.bob_side.count<authentic_from>() == 0);
}

TEST_CASE("what is to leave through a channel that is closed is dropped and counted", "[netns]") {
    test::plane_pair pair;
    const test::bound_socket bound;
    auto& plane = *pair.alice_side.plane;
    pair.alice.link.path = {4, pair.bob_side.where};
    pair.alice_side.install(pair.alice);
    plane.post(send_message{pair.alice.link.in, {}});
    REQUIRE(pair.alice_side.settle());
    CHECK(plane.dropped(drop_reason::no_channel) == 1);
    plane.post(add_channel{4, bound.fd, std::nullopt});
    plane.post(send_message{pair.alice.link.in, {}});
    plane.post(remove_channel{4});
    plane.post(send_message{pair.alice.link.in, {}});
    plane.post(send_datagram{{4, pair.bob_side.where}, bytes(20)});
    REQUIRE(pair.alice_side.settle());
    CHECK(plane.dropped(drop_reason::no_channel) == 3);
    CHECK(test::is_closed_soon(bound.fd));
    CHECK(pair.bob_side.wait_for<epoch_confirmed>());
}

TEST_CASE("a stream that ends is closed here too, and the plane sleeps again", "[netns]") {
    test::plane_pair pair;
    auto& plane = *pair.alice_side.plane;
    test::stream_pair stream;
    plane.post(add_channel{1, stream.mine, test::loopback_endpoint});
    REQUIRE(pair.alice_side.settle());
    stream.close_theirs();
    while (plane.dropped(drop_reason::no_channel) == 0) {
        plane.post(send_datagram{{1, test::loopback_endpoint}, bytes(20)});
        REQUIRE(pair.alice_side.settle());
    }
    while (test::is_open(stream.mine))
        REQUIRE(pair.alice_side.settle());
    CHECK(pair.alice_side.plane->take_reports().empty());
}

TEST_CASE("descriptors that a plane never saw are closed with it", "[netns]") {
    test::plane_pair pair;
    const test::bound_socket carried;
    const test::bound_socket late;
    pair.alice_side.plane->post(add_channel{1, carried.fd, std::nullopt});
    REQUIRE(pair.alice_side.settle());
    test::remove_interface("alice");
    REQUIRE(pair.alice_side.wait_for<plane_failed>());
    pair.alice_side.plane->post(add_channel{2, late.fd, std::nullopt});
    CHECK(test::is_closed_soon(late.fd));
    pair.alice_side.plane.reset();
    CHECK_FALSE(test::is_open(carried.fd));
}

TEST_CASE("a flood through three hundred sockets does not keep the interface waiting", "[netns]") {
    test::plane_pair pair;
    test::other_socket stranger;
    std::vector<endpoint> doors;
    for (channel_id i = 1; i <= fd_limit_of_test; ++i) {
        const test::bound_socket bound;
        pair.bob_side.plane->post(add_channel{i, bound.fd, std::nullopt});
        doors.push_back(bound.where);
    }
    REQUIRE(pair.bob_side.settle());
    for (int round = 0; round < 5; ++round) {
        for (const auto& door : doors)
            REQUIRE(stranger.send(door, bytes(8, 0x80)));
    }
    const auto packet = test::v4_packet(pair.bob.v4(), pair.alice.v4(), 100);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(pair.bob_side.tap.send(packet));
        REQUIRE(pair.alice_side.tap.receive() == packet);
    }
    while (pair.bob_side.plane->dropped(drop_reason::unknown_spi) +
               pair.bob_side.plane->dropped(drop_reason::unknown_kind) <
           5 * doors.size())
        REQUIRE(pair.bob_side.settle());
}
