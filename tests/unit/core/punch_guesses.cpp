#include "buri/core/tunnel/punch_guesses.hpp"

#include "buri/core/tunnel/punch_budget.hpp"
#include "buri/core/tunnel/silent_limit.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

namespace {

const ip_address somewhere = *ip_address::parse("203.0.113.7");

/// True if a probe of one end leaves from the port that a probe of the other goes to, both ways, though `a` and `b` other mappings
/// came between.
bool do_cross(const std::vector<std::uint16_t>& of_x, const std::vector<std::uint16_t>& of_y, unsigned a, unsigned b) {
    constexpr unsigned base_x = 20000;
    constexpr unsigned base_y = 40000;
    std::set<std::pair<unsigned, unsigned>> edges;
    for (std::size_t k = 0; k < of_x.size(); ++k)
        edges.emplace(base_x + 1 + k + a, of_x[k]);
    for (std::size_t k = 0; k < of_y.size(); ++k) {
        if (edges.contains({of_y[k], base_y + 1 + k + b})) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("the next ports follow the base in steps, around the end of all ports, without the privileged ones") {
    const auto ports = next_ports(40000, 2);
    REQUIRE(ports.size() == window_size);
    CHECK(ports.front() == 40002);
    CHECK(ports.back() == 40128);
    CHECK(next_ports(40000, 65535).front() == 39999);
    const auto wrapped = next_ports(65530, 1);
    CHECK(wrapped == std::vector<std::uint16_t>{65531, 65532, 65533, 65534, 65535});
}

TEST_CASE("no port is guessed twice in a window, whatever step the peer tells") {
    CHECK(next_ports(40000, 0) == std::vector<std::uint16_t>{40000});
    CHECK(sweeping_ports(40000, 0) == std::vector<std::uint16_t>{40000});
    CHECK(next_ports(40000, 32768) == std::vector<std::uint16_t>{7232, 40000});
    for (const std::uint16_t step : {1, 2048, 4096, 16384, 65535}) {
        const auto ports = sweeping_ports(40000, step);
        CHECK(std::set(ports.begin(), ports.end()).size() == ports.size());
    }
}

TEST_CASE("two windows cross though up to seven other mappings came between") {
    const auto of_x = next_ports(40000, 1);
    const auto of_y = sweeping_ports(20000, 1);
    CHECK(of_x.size() == window_size);
    // A port that is probed twice would make no mapping of its own.
    CHECK(std::set(of_y.begin(), of_y.end()).size() == window_size);
    for (unsigned a = 0; a <= 7; ++a) {
        for (unsigned b = 0; a + b <= 7; ++b) {
            CAPTURE(a, b);
            CHECK(do_cross(of_x, of_y, a, b));
        }
    }
    CHECK_FALSE(do_cross(of_x, of_x, 0, 1));
}

TEST_CASE("random ports are distinct, not privileged, and begin with the block that is known") {
    test::seeded_random random(1);
    const auto any = random_ports({}, random);
    CHECK(any.size() == most_guesses);
    CHECK(std::set(any.begin(), any.end()).size() == most_guesses);
    CHECK(std::ranges::min(any) >= 1024);
    CHECK(std::ranges::max(any) > 60000);

    const auto in_block = random_ports(port_range{20000, 20511}, random);
    CHECK(std::set(in_block.begin(), in_block.end()).size() == most_guesses);
    const std::set first(in_block.begin(), in_block.begin() + 512);
    CHECK(*first.begin() == 20000);
    CHECK(*first.rbegin() == 20511);
    CHECK(std::ranges::all_of(in_block.begin() + 512, in_block.begin() + 1024,
                              [](std::uint16_t port) { return port >= 19489 && port <= 21022; }));
    CHECK(random_ports(port_range{65000, 1024}, random).size() == most_guesses);
}

TEST_CASE("never more than 200 guesses in any second, nor 1,024 in 30 s for one peer, nor 2,048 in ten minutes") {
    const node_id ada{1};
    punch_budget budget;
    std::vector<time_point> sent;
    for (time_point now{100s}; now < time_point{100s} + 11min; now += 5ms) {
        while (true) {
            const bool can = budget.next(ada, now) == now;
            const bool taken = budget.take(ada, now);
            if (taken != can) FAIL("next() and take() do not agree");
            if (!taken) break;
            sent.push_back(now);
        }
    }
    for (std::size_t i = 200; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 200] >= 1s);
    for (std::size_t i = 1024; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 1024] >= 30s);
    for (std::size_t i = 2048; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 2048] >= 10min);
    CHECK(sent.size() >= 2048);
}

TEST_CASE("guesses and packets from many sockets, to whomever, are never more than 200 in any second together") {
    const node_id ada{1};
    const node_id bob{2};
    const node_id eve{3};
    punch_budget budget;
    std::map<std::uint32_t, std::size_t> in_time;
    std::vector<time_point> sent;
    for (time_point now{100s}; now < time_point{108s}; now += 5ms) {
        const auto count = [&](node_id who, bool is_taken) {
            if (!is_taken) return false;
            sent.push_back(now);
            if (now < time_point{104s}) ++in_time[who.value];
            return true;
        };
        while (count(ada, budget.take_opener(ada, now)) || count(bob, budget.take_opener(bob, now)) ||
               count(eve, budget.take(eve, now)))
            continue;
        const auto next = budget.next_opener(ada, now);
        if (next <= now) FAIL("next_opener() and take_opener() do not agree");
    }
    for (std::size_t i = 200; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 200] >= 1s);
    for (const auto& [peer, count] : in_time) {
        CAPTURE(peer);
        CHECK(count >= 150);
    }
    CHECK(in_time.size() == 3);
    // Sockets are no guesses: these alone count in entries.
    CHECK(budget.live(time_point{108s}) < sent.size() / 2);
}

TEST_CASE("packets from many sockets count in what a peer gets in ten minutes") {
    const node_id ada{1};
    punch_budget budget;
    time_point now{100s};
    std::size_t sent = 0;
    for (; now < time_point{120s}; now += 5ms) {
        while (budget.take_opener(ada, now))
            ++sent;
    }
    CHECK(sent == punch_budget::packets_of_peer);
    CHECK(budget.next_opener(ada, now) == never);
    CHECK_FALSE(budget.take(ada, now));
    CHECK(budget.live(now) == 0);
}

TEST_CASE("a peer that guesses all the time leaves others their share") {
    const node_id greedy{1};
    const node_id ada{2};
    punch_budget budget;
    time_point now{100s};
    const auto spend = [&](node_id who, duration span) {
        std::size_t sent = 0;
        for (const auto end = now + span; now < end; now += 5ms) {
            while (budget.take(greedy, now))
                sent += who == greedy ? 1 : 0;
            while (who != greedy && budget.take(who, now))
                ++sent;
        }
        return sent;
    };
    CHECK(spend(greedy, 20s) == 1024);
    // The window of a predictable NAT, 64 ports, is through in half a second.
    CHECK(spend(ada, 500ms) >= 64);
    CHECK(spend(ada, 5s) >= 400);
    CHECK(budget.live(now) <= punch_budget::live_entries);
}

TEST_CASE("twenty peers that guess at once get about the same") {
    punch_budget budget;
    std::map<std::uint32_t, std::size_t> sent;
    for (time_point now{100s}; now < time_point{130s}; now += 5ms) {
        for (std::uint32_t each = 1; each <= 20; ++each)
            while (budget.take(node_id{each}, now))
                ++sent[each];
    }
    for (const auto& [peer, count] : sent) {
        CAPTURE(peer);
        CHECK(count >= 60);
    }
}

TEST_CASE(
    "a peer is sprayed once in ten minutes; two have their sockets open at a time, and who waits longest is next") {
    using enum punch_budget::leave;
    using enum punch_budget::part;
    punch_budget budget;
    const node_id ada{1};
    const node_id bob{2};
    const node_id eve{3};
    const node_id kim{4};
    time_point now{100s};
    CHECK(budget.begin_spray(ada, sockets, now) == given);
    CHECK(budget.begin_spray(ada, sockets, now) == spent);
    CHECK(budget.begin_spray(bob, sockets, now) == given);
    CHECK(budget.begin_spray(kim, sockets, now) == later);
    CHECK(budget.begin_spray(eve, sockets, now + 1s) == later);
    CHECK(budget.begin_spray(node_id{5}, ports, now) == given);
    budget.end_spray(ada);
    CHECK(budget.begin_spray(eve, sockets, now + 10s) == later);
    CHECK(budget.begin_spray(kim, sockets, now + 11s) == given);
    budget.end_spray(bob);
    CHECK(budget.begin_spray(eve, sockets, now + 12s) == given);
    budget.end_spray(eve);
    CHECK(budget.begin_spray(ada, sockets, now + 10min - 1s) == spent);
    CHECK(budget.begin_spray(ada, sockets, now + 10min) == given);
}

TEST_CASE("who no longer waits for its spray does not hold up the others") {
    using enum punch_budget::leave;
    using enum punch_budget::part;
    punch_budget budget;
    const time_point now{100s};
    CHECK(budget.begin_spray(node_id{1}, sockets, now) == given);
    CHECK(budget.begin_spray(node_id{2}, sockets, now) == given);
    CHECK(budget.begin_spray(node_id{3}, sockets, now) == later);
    budget.end_spray(node_id{1});
    budget.end_spray(node_id{2});
    CHECK(budget.begin_spray(node_id{4}, sockets, now + punch_budget::patience) == given);
}

TEST_CASE("all ports of a silent address together get 20 packets at once, then one each 25 s") {
    const node_id peer{1};
    silent_limit limit;
    const time_point now{100s};
    CHECK(limit.take(peer, somewhere, 6, 8, now) == 6);
    CHECK(limit.take(peer, somewhere, 50, 8, now) == 6);
    CHECK(limit.take(peer, somewhere, 50, 0, now) == 8);
    CHECK(limit.take(peer, somewhere, 6, 0, now + 24s) == 0);
    CHECK(limit.take(peer, somewhere, 6, 0, now + 25s) == 1);
    CHECK(limit.take(node_id{2}, somewhere, 6, 0, now) == 6);
    limit.forget(peer);
    CHECK(limit.take(peer, somewhere, 6, 0, now) == 6);
}

TEST_CASE("a peer that names ever more addresses gets few of them probed") {
    const node_id peer{1};
    const time_point now{100s};
    silent_limit limit;
    unsigned elsewhere = 0;
    unsigned in_private = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        in_private += limit.take(peer, ip_address::v4(0x0a000001 + i), 6, 0, now);
        elsewhere += limit.take(peer, ip_address::v4(0x01010101 + i), 6, 0, now);
    }
    CHECK(in_private == silent_limit::most_private_addresses * 6);
    CHECK(elsewhere + in_private == silent_limit::most_addresses * 6);
}
