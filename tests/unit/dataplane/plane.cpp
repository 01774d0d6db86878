#include "buri/dataplane/plane.hpp"

#include "buri/dataplane/report_queue.hpp"
#include "buri/dataplane/waiting_packets.hpp"
#include "tests/unit/dataplane/plane_fixture.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::dataplane;

namespace {

/// A packet from `from` to `to` that carries its number.
bytes numbered(const test::tunnel_end& from, const test::tunnel_end& to, std::uint32_t number, std::size_t payload) {
    auto out =
        number % 2 == 0 ? test::v4_packet(from.v4(), to.v4(), payload) : test::v6_packet(from.v6(), to.v6(), payload);
    for (unsigned i = 0; i < 4; ++i)
        out[out.size() - 4 + i] = static_cast<std::uint8_t>(number >> 8 * i);
    return out;
}

/// Sends numbered packets from Alice's machine to Bob's, with few under way at once; `before` is called before each.
/// Returns how many came as they were sent, in order.
template <typename Before>
std::uint32_t stream(test::plane_pair& pair, std::uint32_t count, Before before) {
    constexpr std::uint32_t under_way = 100;
    std::vector<bytes> sent;
    for (std::uint32_t received = 0; received < count; ++received) {
        while (sent.size() < count && sent.size() < received + under_way) {
            const auto number = static_cast<std::uint32_t>(sent.size());
            before(number);
            sent.push_back(numbered(pair.alice, pair.bob, number, 4 + pair.random.below(1340)));
            if (!pair.alice_side.tap.send(sent.back())) return received;
        }
        if (pair.bob_side.tap.receive() != sent[received]) return received;
    }
    return count;
}

constexpr auto nothing = [](std::uint32_t) {};

}  // namespace

TEST_CASE("packets cross two planes whole and in order, in both directions", "[netns]") {
    test::plane_pair pair(GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha));
    CHECK(stream(pair, 2000, nothing) == 2000);
    const auto answer = numbered(pair.bob, pair.alice, 7, 1340);
    REQUIRE(pair.bob_side.tap.send(answer));
    CHECK(pair.alice_side.tap.receive() == answer);
    CHECK(pair.bob_side.tap.receive_now().empty());
    CHECK(pair.alice.link.statistics->sent_packets == 2000);
    CHECK(pair.bob.link.statistics->received_packets == 2000);
}

TEST_CASE("a packet as large as the interface may carry crosses as fragments", "[netns]") {
    test::plane_pair pair;
    for (const std::uint32_t payload : {1480U, 1460U}) {
        const auto packet = test::v4_packet(pair.alice.v4(), pair.bob.v4(), payload);
        REQUIRE(pair.alice_side.tap.send(packet));
        CHECK(pair.bob_side.tap.receive() == packet);
    }
}

TEST_CASE("a rekey under traffic loses no packet", "[netns]") {
    test::plane_pair pair(GENERATE(suite_id::classic, suite_id::aes, suite_id::chacha));
    std::uint8_t epoch = 0;
    const auto rekey = [&](std::uint32_t number) {
        if (number % 150 != 100) return;
        epoch = static_cast<std::uint8_t>((epoch + 1) % 4);
        pair.add_receive_keys(epoch);
        pair.bob.link.receive[(epoch + 2) % 4].reset();
        pair.bob_side.install(pair.bob);
        REQUIRE(pair.bob_side.settle());
        pair.switch_send_keys(epoch);
        pair.alice_side.install(pair.alice);
    };
    CHECK(stream(pair, 3000, rekey) == 3000);
    for (const auto reason : {drop_reason::unknown_epoch, drop_reason::forged, drop_reason::replayed})
        CHECK(pair.bob_side.plane->dropped(reason) == 0);
    for (int i = 0; i < 21; ++i)
        CHECK(pair.bob_side.wait_for<epoch_confirmed>());
    CHECK(pair.bob_side.count<epoch_confirmed>() == 0);
}

TEST_CASE("a snapshot is in place before the message that was posted after it", "[netns]") {
    test::plane_pair pair;
    for (std::uint8_t epoch = 1; epoch < 4; ++epoch) {
        pair.add_receive_keys(epoch);
        pair.bob_side.install(pair.bob);
        REQUIRE(pair.bob_side.settle());
        pair.switch_send_keys(epoch);
        pair.alice_side.install(pair.alice);
        pair.alice_side.plane->post(send_message{pair.alice.link.in, {0xf0, epoch}});
        const auto confirmed = pair.bob_side.wait_for<epoch_confirmed>();
        REQUIRE(confirmed);
        CHECK(confirmed->in_with_epoch == pair.bob.link.in.with_epoch(epoch));
        const auto got = pair.bob_side.wait_for<control_received>();
        REQUIRE(got);
        CHECK(got->peer == pair.alice.self);
        CHECK(got->inner == bytes{0xf0, epoch});
    }
}

TEST_CASE("datagrams leave as they are, in the order in which they were posted", "[netns]") {
    test::plane_pair pair;
    test::other_socket other;
    for (std::uint8_t i = 0; i < 200; ++i)
        pair.alice_side.plane->post(send_datagram{other.where(), bytes(i, i)});
    for (std::uint8_t i = 0; i < 200; ++i)
        CHECK(other.receive() == bytes(i, i));
    CHECK(pair.alice_side.plane->dropped(drop_reason::not_taken) == 0);
}

TEST_CASE("a message that cannot be sent is dropped and counted, and wakes nobody", "[netns]") {
    test::plane_pair pair;
    pair.alice.link.send.reset();
    pair.alice_side.install(pair.alice);
    pair.alice_side.plane->post(send_message{pair.alice.link.in, {}});
    pair.alice_side.plane->post(send_message{spi{0x80000100}, {}});
    pair.alice_side.plane->post(send_message{pair.alice.link.in, bytes(70'000)});
    pair.alice_side.plane->post(send_datagram{{}, bytes(1)});
    REQUIRE(pair.alice_side.settle());
    for (const auto reason :
         {drop_reason::no_session, drop_reason::unknown_spi, drop_reason::too_large, drop_reason::not_taken})
        CHECK(pair.alice_side.plane->dropped(reason) == 1);
    CHECK(pair.alice_side.plane->take_reports().empty());
}

TEST_CASE("packets for a peer without keys make one report, and one more after the next snapshot", "[netns]") {
    test::plane_pair pair;
    pair.alice.link.send.reset();
    for (std::uint64_t snapshots = 1; snapshots <= 3; ++snapshots) {
        pair.alice_side.install(pair.alice);
        REQUIRE(pair.alice_side.settle());
        for (int i = 0; i < 50; ++i)
            REQUIRE(pair.alice_side.tap.send(numbered(pair.alice, pair.bob, 0, 10)));
        const auto wanted = pair.alice_side.wait_for<send_wanted>();
        REQUIRE(wanted);
        CHECK(wanted->peer == pair.bob.self);
        while (pair.alice_side.plane->dropped(drop_reason::no_session) < 50 * snapshots - waiting_packets::max_packets)
            REQUIRE(pair.alice_side.settle());
        CHECK(pair.alice_side.count<send_wanted>() == 0);
    }
}

TEST_CASE("packets for a peer without a session wait for it and leave in order, before newer ones", "[netns]") {
    test::plane_pair pair;
    auto& plane = *pair.alice_side.plane;
    const auto ready = pair.alice;
    const bool has_keys = GENERATE(true, false);
    if (has_keys) pair.alice.link.path = {};
    if (!has_keys) pair.alice.link.send.reset();
    pair.alice_side.install(pair.alice);
    REQUIRE(pair.alice_side.settle());
    std::vector<bytes> sent;
    for (std::uint32_t i = 0; i < 20; ++i) {
        sent.push_back(numbered(pair.alice, pair.bob, i, 10 + i));
        REQUIRE(pair.alice_side.tap.send(sent.back()));
    }
    REQUIRE(pair.alice_side.wait_for<send_wanted>());
    while (plane.dropped(drop_reason::no_session) < 4)
        REQUIRE(pair.alice_side.settle());
    // A snapshot that brings nothing for them keeps them.
    pair.alice_side.install(pair.alice);
    pair.alice_side.install(ready);
    REQUIRE(pair.alice_side.settle());
    sent.push_back(numbered(pair.alice, pair.bob, 99, 10));
    REQUIRE(pair.alice_side.tap.send(sent.back()));
    for (std::size_t i = 4; i < sent.size(); ++i)
        CHECK(pair.bob_side.tap.receive() == sent[i]);
    CHECK(plane.dropped(drop_reason::no_session) == 4);
}

TEST_CASE("each new address of a peer is reported once until the next snapshot", "[netns]") {
    test::plane_pair pair;
    test::other_socket first;
    test::other_socket second;
    test::both_forwarders sealing;
    const auto from = [&](test::other_socket& socket) {
        REQUIRE(socket.send(pair.bob_side.where, sealing.sealed(numbered(pair.alice, pair.bob, 0, 10))));
        REQUIRE_FALSE(pair.bob_side.tap.receive().empty());
    };
    sealing.install(pair.alice.snapshot());
    for (int snapshots = 0; snapshots < 2; ++snapshots) {
        for (int i = 0; i < 20; ++i) {
            from(first);
            from(second);
        }
        for (const auto* socket : {&first, &second}) {
            const auto report = pair.bob_side.wait_for<authentic_from>();
            REQUIRE(report);
            CHECK(report->from == socket->where());
            CHECK(report->in == pair.bob.link.in);
        }
        CHECK(pair.bob_side.count<authentic_from>() == 0);
        pair.bob_side.install(pair.bob);
        REQUIRE(pair.bob_side.settle());
    }
    pair.bob.link.path = first.where();
    pair.bob_side.install(pair.bob);
    REQUIRE(pair.bob_side.settle());
    from(first);
    CHECK(pair.bob_side.count<authentic_from>() == 0);
}

TEST_CASE("a stranger's flood fills its part of the queue only", "[netns]") {
    test::plane_pair pair;
    test::other_socket stranger;
    for (int i = 0; i < 2000; ++i)
        REQUIRE(stranger.send(pair.bob_side.where, bytes(20)));
    for (std::uint8_t i = 0; i < 200; ++i)
        pair.alice_side.plane->post(send_message{pair.alice.link.in, {0xf0, i}});
    REQUIRE(pair.alice_side.settle());
    CHECK(stream(pair, 1, nothing) == 1);

    CHECK(pair.bob_side.count<clear_received>() == report_queue::max_clear);
    CHECK(pair.bob_side.count<control_received>() == 200);
    CHECK(pair.bob_side.count<epoch_confirmed>() == 1);
    const auto got = pair.bob_side.wait_for<clear_received>();
    REQUIRE(got);
    CHECK(got->from == stranger.where());
    REQUIRE(stranger.send(pair.bob_side.where, bytes(21)));
    CHECK(stream(pair, 1, nothing) == 1);
    CHECK(pair.bob_side.count<clear_received>() == report_queue::max_clear);
}

TEST_CASE("garbage from the network and from the interface stops nothing", "[netns]") {
    test::plane_pair pair;
    test::other_socket stranger;
    for (int i = 0; i < 2000; ++i) {
        bytes garbage(1 + pair.random.below(1400));
        pair.random.fill(garbage);
        if (i % 4 == 0 && garbage.size() >= 4) {
            for (unsigned k = 0; k < 4; ++k)
                garbage[k] = static_cast<std::uint8_t>(pair.bob.link.in.value >> (24 - 8 * k));
        }
        REQUIRE(stranger.send(pair.bob_side.where, garbage));
        if (i % 10 == 0) (void)pair.bob_side.tap.send(garbage);
    }
    CHECK(stream(pair, 100, nothing) == 100);
    CHECK(pair.bob_side.tap.receive_now().empty());
}
