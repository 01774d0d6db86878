#include "buri/core/directory/address_pool.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <unordered_set>

using namespace buri;
using namespace buri::core;

namespace {

/// All addresses that a pool gives until it says it is exhausted.
std::set<std::string> drain(std::string_view pool, std::uint64_t seed) {
    test::seeded_random random(seed);
    std::set<std::string> given;
    const auto is_taken = [&](node_id id) { return given.contains(to_string(id)); };
    for (;;) {
        const auto next = choose_address(*parse_ip_prefix(pool), is_taken, random);
        if (!next) {
            CHECK(next.error().code == errc::pool_exhausted);
            CHECK(next.error().text.find(pool) != std::string::npos);
            return given;
        }
        REQUIRE(given.insert(to_string(*next)).second);
    }
}

}  // namespace

TEST_CASE("a pool gives each usable address once and then says that it is exhausted") {
    const std::uint64_t seed = GENERATE(1U, 2U, 3U, 4U);
    INFO("seed " << seed);
    CHECK(drain("10.0.0.0/30", seed) == std::set<std::string>{"10.0.0.1", "10.0.0.2"});
    CHECK(drain("10.0.0.4/30", seed) == std::set<std::string>{"10.0.0.5", "10.0.0.6"});
    CHECK(drain("10.0.0.252/30", seed) == std::set<std::string>{"10.0.0.253", "10.0.0.254"});
    CHECK(drain("10.0.0.4/31", seed) == std::set<std::string>{"10.0.0.4", "10.0.0.5"});
    CHECK(drain("10.0.0.7/32", seed) == std::set<std::string>{"10.0.0.7"});
    CHECK(drain("10.0.0.0/32", seed).empty());
    CHECK(drain("10.0.0.0/24", seed).size() == 254);
    CHECK(drain("10.0.0.0/23", seed).size() == 508);
    CHECK(drain("10.0.0.128/25", seed).size() == 126);
}

TEST_CASE("no address ends in .0 or .255 and none is the pool's first or last") {
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    const auto usable = [&](std::string_view text) { return is_usable_address(pool, *parse_node_id(text)); };
    CHECK(usable("100.64.0.1"));
    CHECK(usable("100.127.255.254"));
    for (const auto* const text :
         {"100.64.0.0", "100.127.255.255", "100.64.1.0", "100.64.1.255", "100.63.255.1", "100.128.0.1"}) {
        CAPTURE(text);
        CHECK_FALSE(usable(text));
    }
    CHECK_FALSE(is_usable_address(*parse_ip_prefix("10.0.0.16/28"), *parse_node_id("10.0.0.16")));
    CHECK_FALSE(is_usable_address(*parse_ip_prefix("10.0.0.16/28"), *parse_node_id("10.0.0.31")));
}

TEST_CASE("an IPv6 pool has no addresses for nodes") {
    test::seeded_random random(1);
    CHECK_FALSE(choose_address(
        *parse_ip_prefix("fd00::/64"), [](node_id) { return false; }, random));
}

TEST_CASE("the widest pool works and never gives 0.0.0.0") {
    test::seeded_random random(7);
    for (int i = 0; i < 1000; ++i) {
        const auto given = choose_address(
            *parse_ip_prefix("0.0.0.0/0"), [](node_id) { return false; }, random);
        REQUIRE(given);
        REQUIRE(given->value != 0);
    }
}

TEST_CASE("a large pool is asked few times per address with 100,000 accounts in it") {
    test::seeded_random random(11);
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    std::unordered_set<node_id> taken;
    std::size_t questions = 0;
    const auto is_taken = [&](node_id id) {
        ++questions;
        return taken.contains(id);
    };
    for (int i = 0; i < 100'000; ++i)
        taken.insert(*choose_address(pool, is_taken, random));
    CHECK(taken.size() == 100'000);
    CHECK(questions < 110'000);
}

TEST_CASE("addresses do not come in order") {
    test::seeded_random random(5);
    const auto pool = *parse_ip_prefix("100.64.0.0/10");
    const auto never_taken = [](node_id) { return false; };
    const auto first = choose_address(pool, never_taken, random);
    const auto second = choose_address(pool, never_taken, random);
    CHECK(second->value - first->value != 1);
}
