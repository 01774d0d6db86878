#include "buri/core/backoff.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a server that comes back soon is tried at least once a second") {
    test::seeded_random random(1);
    backoff tries;
    for (int i = 0; i < 30; ++i) {
        const auto wait = tries.next(random);
        CHECK(wait >= 125ms);
        CHECK(wait <= 1s);
    }
}

TEST_CASE("a server that stays away is tried ever more rarely, up to the ceiling") {
    test::seeded_random random(2);
    backoff tries;
    duration longest{};
    for (int i = 0; i < 100; ++i) {
        const auto wait = tries.next(random);
        CHECK(wait <= 60s);
        longest = std::max(longest, wait);
    }
    CHECK(longest > 30s);
}

TEST_CASE("waits differ between nodes, and begin anew after a success") {
    std::set<duration> first;
    for (std::uint64_t seed = 0; seed < 32; ++seed) {
        test::seeded_random random(seed);
        backoff tries;
        first.insert(tries.next(random));
        for (int i = 0; i < 50; ++i)
            tries.next(random);
        tries.reset();
        CHECK(tries.tries() == 0);
        CHECK(tries.next(random) <= 250ms);
    }
    CHECK(first.size() > 24);
}

}  // namespace
}  // namespace buri::core
