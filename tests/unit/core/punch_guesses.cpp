#include "buri/core/tunnel/punch_guesses.hpp"

#include "buri/core/tunnel/punch_budget.hpp"
#include "buri/core/tunnel/silent_limit.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
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

TEST_CASE("never more than 200 guesses in any second, nor 1,024 in 30 s") {
    punch_budget budget;
    std::vector<time_point> sent;
    for (time_point now{100s}; now < time_point{170s}; now += 1ms) {
        const bool can = budget.next(now) == now;
        if (budget.take(now) != can) FAIL("next() and take() do not agree");
    }
    punch_budget again;
    for (time_point now{100s}; now < time_point{170s}; now += 1ms) {
        while (again.take(now))
            sent.push_back(now);
    }
    for (std::size_t i = 200; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 200] >= 1s);
    for (std::size_t i = 1024; i < sent.size(); ++i)
        REQUIRE(sent[i] - sent[i - 1024] >= 30s);
    CHECK(sent.size() == 3 * 1024);
}

TEST_CASE("a peer is sprayed once in ten minutes, and one peer at a time") {
    punch_budget budget;
    const node_id ada{1};
    const node_id bob{2};
    time_point now{100s};
    CHECK(budget.begin_spray(ada, now));
    CHECK_FALSE(budget.begin_spray(bob, now));
    CHECK_FALSE(budget.begin_spray(ada, now));
    budget.end_spray(bob);
    CHECK_FALSE(budget.begin_spray(bob, now));
    budget.end_spray(ada);
    CHECK(budget.begin_spray(bob, now));
    budget.end_spray(bob);
    CHECK_FALSE(budget.begin_spray(ada, now + 10min - 1s));
    CHECK(budget.begin_spray(ada, now + 10min));
}

TEST_CASE("all ports of a silent address together get 20 packets in ten minutes") {
    silent_limit limit;
    time_point now{100s};
    CHECK(limit.take(somewhere, 6, now) == 6);
    CHECK(limit.take(somewhere, 6, now) == 6);
    CHECK(limit.take(somewhere, 6, now + 5min) == 6);
    CHECK(limit.take(somewhere, 6, now + 9min) == 2);
    CHECK(limit.take(somewhere, 6, now + 9min) == 0);
    CHECK(limit.take(somewhere, 6, now + 10min) == 6);
    unsigned granted = 0;
    for (std::uint32_t i = 0; i < 1000; ++i)
        granted += limit.take(ip_address::v4(0x01010101 + i), 6, now + 10min);
    CHECK(granted == 31 * 6);
}
