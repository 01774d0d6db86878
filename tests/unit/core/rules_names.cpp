#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

struct named : rules_world {
    named() { REQUIRE_FALSE(act(owner, wire::create_network{net("team"), {}})); }

    std::string join(std::uint32_t id, std::string_view nickname) {
        const auto node = account(id, nickname);
        REQUIRE_FALSE(act(node, wire::join_network{net("team"), {}, {}}));
        return member("team", node)->name;
    }
    std::string rename(node_id node, std::string_view nickname) {
        REQUIRE_FALSE(act(node, wire::set_nickname{std::string(nickname)}));
        return member("team", node)->name;
    }

    node_id owner = account(1, "Anna");
};

}  // namespace

TEST_CASE("a nickname that another has, in whatever case, gets the first free number") {
    named world;
    CHECK(world.join(2, "anna") == "anna-2");
    CHECK(world.join(3, "ANNA") == "ANNA-3");
    CHECK(world.join(4, "anna-2") == "anna-2-2");
    CHECK(world.join(5, "berta") == "berta");
    REQUIRE_FALSE(world.act({2}, wire::leave_network{net("team")}));
    CHECK(world.join(6, "Anna") == "Anna-2");
    CHECK(world.member("team", {3})->name == "ANNA-3");  // kept while a member
}

TEST_CASE("a name with a number is cut to what a nickname may have") {
    named world;
    const std::string longest(63, 'x');
    CHECK(world.join(2, longest) == longest);
    CHECK(world.join(3, longest) == std::string(61, 'x') + "-2");
    for (std::uint32_t id = 4; id <= 10; ++id)
        world.join(id, longest);
    CHECK(world.join(11, longest) == std::string(60, 'x') + "-10");
    const auto cut_at_hyphen = std::string(60, 'y') + "-yy";
    CHECK(world.join(12, cut_at_hyphen) == cut_at_hyphen);
    const auto second = world.join(13, cut_at_hyphen);
    CHECK(second == std::string(60, 'y') + "--2");
    CHECK(parse_nickname(second));
}

TEST_CASE("those that wait have their name already") {
    named world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    CHECK(world.join(2, "berta") == "berta");
    CHECK(world.join(3, "Berta") == "Berta-2");
    REQUIRE_FALSE(world.act(world.owner, wire::approve_member{net("team"), {3}}));
    CHECK(world.member("team", {3})->name == "Berta-2");
}

TEST_CASE("a new nickname renames in every network, where it can be had") {
    named world;
    world.join(2, "berta");
    world.join(3, "carl");
    REQUIRE_FALSE(world.act({3}, wire::create_network{net("carls"), {}}));
    CHECK(world.rename({3}, "Berta") == "Berta-2");
    CHECK(world.member("carls", {3})->name == "Berta");
    CHECK(world.audits().size() == 1);
    CHECK(world.rename({3}, "BERTA") == "BERTA-2");
    CHECK(world.rename({2}, "Berta") == "Berta");  // its own name in another case
    CHECK(world.rename({2}, "dora") == "dora");
    CHECK(world.member("team", {3})->name == "BERTA-2");
    CHECK(world.rename({3}, "berta") == "berta");
}
