#include "buri/dataplane/waiting_packets.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>

using namespace buri;
using dataplane::waiting_packets;
using namespace std::chrono_literals;

namespace {

constexpr node_id bob{0x64400002};
constexpr node_id carol{0x64400003};

bytes next_of(waiting_packets& from, node_id peer) {
    const auto packet = from.take(peer);
    return packet ? bytes(packet->begin(), packet->end()) : bytes();
}

}  // namespace

TEST_CASE("packets come out in the order in which they came, each peer's by itself") {
    waiting_packets waiting;
    CHECK(waiting.is_empty());
    for (std::uint8_t i = 1; i <= 5; ++i) {
        waiting.add(bob, bytes(100, i), time_point{});
        waiting.add(carol, bytes(200, i), time_point{});
    }
    CHECK(waiting.peers().size() == 2);
    for (std::uint8_t i = 1; i <= 5; ++i)
        CHECK(next_of(waiting, carol) == bytes(200, i));
    CHECK_FALSE(waiting.take(carol));
    CHECK(waiting.peers() == std::vector{bob});
    for (std::uint8_t i = 1; i <= 5; ++i)
        CHECK(next_of(waiting, bob) == bytes(100, i));
    CHECK(waiting.is_empty());
    CHECK_FALSE(waiting.take(bob));
    CHECK(waiting.dropped() == 0);
}

TEST_CASE("the seventeenth packet for a peer takes the place of the first") {
    waiting_packets waiting;
    waiting.add(carol, bytes(60), time_point{});
    for (std::uint8_t i = 1; i <= 40; ++i)
        waiting.add(bob, bytes(60, i), time_point{});
    CHECK(waiting.dropped() == 24);
    for (std::uint8_t i = 25; i <= 40; ++i)
        CHECK(next_of(waiting, bob) == bytes(60, i));
    CHECK_FALSE(waiting.take(bob));
    CHECK(next_of(waiting, carol) == bytes(60));
}

TEST_CASE("large packets for a peer take the place of its oldest, as many as it needs") {
    waiting_packets waiting;
    for (std::uint8_t i = 1; i <= 8; ++i)
        waiting.add(bob, bytes(4096, i), time_point{});
    CHECK(waiting.dropped() == 0);
    waiting.add(bob, bytes(4097, 9), time_point{});
    CHECK(waiting.dropped() == 2);
    CHECK(next_of(waiting, bob) == bytes(4096, 3));
    waiting.add(bob, bytes(32768, 10), time_point{});
    CHECK(waiting.dropped() == 8);
    CHECK(next_of(waiting, bob) == bytes(32768, 10));
    CHECK(waiting.is_empty());
}

TEST_CASE("what could not wait even alone is dropped, and drops nothing else") {
    waiting_packets waiting;
    waiting.add(bob, bytes(100), time_point{});
    waiting.add(bob, bytes(32769), time_point{});
    CHECK(waiting.dropped() == 1);
    CHECK(next_of(waiting, bob) == bytes(100));
}

TEST_CASE("nothing waits for longer than three seconds") {
    waiting_packets waiting;
    waiting.add(bob, bytes(1, 1), time_point{0s});
    waiting.add(carol, bytes(1, 2), time_point{1s});
    waiting.add(bob, bytes(1, 3), time_point{2s});
    waiting.expire(time_point{3s});
    CHECK(waiting.dropped() == 0);
    waiting.expire(time_point{3s + 1ns});
    CHECK(waiting.dropped() == 1);
    CHECK(next_of(waiting, bob) == bytes(1, 3));
    waiting.add(bob, bytes(1, 4), time_point{10s});
    CHECK(waiting.dropped() == 2);
    CHECK(waiting.peers() == std::vector{bob});
    waiting.expire(time_point{20s});
    CHECK(waiting.is_empty());
}

TEST_CASE("for all peers together no more than four megabytes wait, and the oldest goes first") {
    waiting_packets waiting;
    const auto fits = static_cast<std::uint32_t>(waiting_packets::max_in_all / waiting_packets::max_bytes);
    for (std::uint32_t i = 0; i < fits + 10; ++i)
        waiting.add(node_id{i}, bytes(32768, static_cast<std::uint8_t>(i)), time_point{});
    CHECK(waiting.dropped() == 10);
    CHECK(waiting.peers().size() == fits);
    CHECK_FALSE(waiting.take(node_id{9}));
    CHECK(next_of(waiting, node_id{10}) == bytes(32768, 10));
}

TEST_CASE("the smallest packets cannot make it hold more than it may") {
    waiting_packets waiting;
    const std::uint64_t fits = waiting_packets::max_in_all / waiting_packets::least_cost;
    for (std::uint32_t i = 0; i < 2 * fits; ++i)
        waiting.add(node_id{i}, bytes(20), time_point{});
    CHECK(waiting.dropped() == fits);
    CHECK(waiting.peers().size() == fits);
}

TEST_CASE("whatever comes and goes, what is kept is the newest of each peer, in order") {
    waiting_packets waiting;
    test::seeded_random random(7);
    std::map<node_id, std::deque<bytes>> given;
    for (int i = 0; i < 20'000; ++i) {
        const node_id peer{static_cast<std::uint32_t>(random.below(5))};
        if (random.below(3) != 0) {
            bytes packet(1 + random.below(3000));
            random.fill(packet);
            waiting.add(peer, packet, time_point{});
            given[peer].push_back(std::move(packet));
            continue;
        }
        const auto got = next_of(waiting, peer);
        auto& wanted = given[peer];
        while (!wanted.empty() && wanted.front() != got)
            wanted.pop_front();
        CHECK(wanted.empty() == got.empty());
        if (!wanted.empty()) wanted.pop_front();
        CHECK(wanted.size() < waiting_packets::max_packets);
    }
}
