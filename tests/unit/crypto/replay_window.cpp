#include "buri/crypto/replay_window.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace buri::test {
namespace {

/// What the window should say, said naively.
struct model {
    std::set<std::uint32_t> seen;
    std::uint32_t newest = 0;

    [[nodiscard]] bool is_fresh(std::uint32_t id) const {
        if (id == 0 || seen.contains(id)) return false;
        return id > newest || newest - id <= crypto::replay_window::size;
    }
    void mark(std::uint32_t id) {
        seen.insert(id);
        newest = std::max(newest, id);
    }
};

/// Near the newest, at the window's edges, or anywhere.
std::uint32_t next_id(random_source& random, std::uint32_t newest) {
    const auto far = random.below(200) == 0 ? random.u32() >> random.below(24) : random.below(9000);
    const auto back = random.below(4) != 0;
    if (random.below(8) == 0) return newest - crypto::replay_window::size + random.below(4) - 2;
    return back ? newest - far : newest + far % 100;
}

}  // namespace

TEST_CASE("random ids are told apart as a set would") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        seeded_random random(seed);
        crypto::replay_window window;
        model expected;
        bool agree = true;
        for (int i = 0; i < 5000 && agree; ++i) {
            const auto id = next_id(random, expected.newest);
            agree = window.is_fresh(id) == expected.is_fresh(id);
            if (expected.is_fresh(id) && random.below(8) != 0) {
                window.mark(id);
                expected.mark(id);
            }
            agree = agree && window.newest() == expected.newest;
        }
        CHECK(agree);
    }
}

TEST_CASE("id 0 is never fresh, the last id is, once") {
    crypto::replay_window window;
    CHECK_FALSE(window.is_fresh(0));
    CHECK(window.is_fresh(1));
    CHECK(window.is_fresh(0xffffffffU));
    window.mark(0xffffffffU);
    CHECK_FALSE(window.is_fresh(0xffffffffU));
    CHECK_FALSE(window.is_fresh(1));
    CHECK(window.is_fresh(0xffffffffU - crypto::replay_window::size));
    CHECK_FALSE(window.is_fresh(0xffffffffU - crypto::replay_window::size - 1));
}

TEST_CASE("asking does not mark, and marking what is too old changes nothing") {
    crypto::replay_window window;
    CHECK(window.is_fresh(5));
    CHECK(window.is_fresh(5));
    window.mark(20'000);
    window.mark(20'000 - 8192);
    CHECK(window.is_fresh(20'000 + 1));
    CHECK(window.is_fresh(20'000 - 1));
    CHECK(window.newest() == 20'000);
}

TEST_CASE("every id of a reversed window is fresh once, wherever in its block the newest lies") {
    for (std::uint32_t offset = 0; offset < 64; ++offset) {
        crypto::replay_window window;
        const auto newest = 100'000 + offset;
        window.mark(newest);
        bool right = true;
        for (std::uint32_t back = 1; back <= crypto::replay_window::size; ++back) {
            right = right && window.is_fresh(newest - back);
            window.mark(newest - back);
            right = right && !window.is_fresh(newest - back);
        }
        CHECK(right);
        CHECK_FALSE(window.is_fresh(newest - crypto::replay_window::size - 1));
    }
}

}  // namespace buri::test
