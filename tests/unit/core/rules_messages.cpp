#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

struct talking : rules_world {
    talking() {
        REQUIRE_FALSE(act(owner, wire::create_network{net("team"), {}}));
        REQUIRE_FALSE(act(member_node, wire::join_network{net("team"), {}, {}}));
    }
    std::optional<errc> announce(std::string news) {
        return act(owner, wire::make_announcement{net("team"), std::move(news)});
    }
    std::optional<errc> invite(std::uint8_t token, std::uint32_t uses, std::optional<wall_time> end = {},
                               bool approved = false) {
        const auto digest = crypto::sha256(bytes(16, token));
        return act(owner, wire::make_invite{net("team"), {digest.begin(), digest.end()}, uses, end, approved});
    }
    std::optional<errc> join(std::uint32_t id, std::uint8_t token) {
        return act(account(id, "node"), wire::join_network{net("team"), {}, bytes(16, token)});
    }

    node_id owner = account(1, "anna");
    node_id member_node = account(2, "berta");
};

}  // namespace

TEST_CASE("messages are text of at most 1,024 bytes without control characters but line ends and tabs") {
    talking world;
    for (const auto& wrong :
         {std::string(1'025, 'x'), std::string("\x1b[2J"), std::string("a\rb"), std::string("\0", 1),
          std::string("\x7f"), std::string("\xc2\x85"), std::string("\xed\xa0\x80"), std::string("\xc3")}) {
        CHECK(world.announce(wrong) == errc::text_invalid);
        CHECK(world.act(world.owner, wire::set_welcome{net("team"), wrong}) == errc::text_invalid);
    }
    CHECK(world.announce("") == errc::text_invalid);
    for (const auto& right :
         {std::string(1'024, 'x'), std::string("two\n\tlines"), std::string("\xc2\xa0\xf0\x9f\x98\x80")}) {
        CHECK_FALSE(world.announce(right));
        CHECK_FALSE(world.act(world.owner, wire::set_welcome{net("team"), right}));
    }
    CHECK_FALSE(world.act(world.owner, wire::set_welcome{net("team"), ""}));
    CHECK(world.audits()[0].after == "none");
    CHECK(world.ask(world.owner, wire::set_welcome{net("team"), ""})->empty());
}

TEST_CASE("the newest 100 announcements are kept, and ids go on") {
    talking world;
    for (int i = 1; i <= 105; ++i)
        REQUIRE_FALSE(world.announce("news " + std::to_string(i)));
    const auto kept = world.records.announcements(world.network("team").id);
    REQUIRE(kept.size() == 100);
    CHECK(kept.front().id == 6);
    CHECK(kept.back().id == 105);
    CHECK(kept.back().text == "news 105");
    CHECK(kept.back().author_name == "anna");
    const auto told = answer(world.input(), world.member_node, wire::list_messages{net("team")});
    CHECK(std::get<wire::message_list>(*told).announcements.size() == 100);
}

TEST_CASE("the author has seen the announcement; others confirm what there is") {
    talking world;
    REQUIRE_FALSE(world.announce("one"));
    REQUIRE_FALSE(world.announce("two"));
    CHECK(world.member("team", world.owner)->last_announcement == 2);
    CHECK(world.member("team", world.member_node)->last_announcement == 0);
    CHECK_FALSE(world.act(world.member_node, wire::confirm_messages{net("team"), false, 1}));
    CHECK(world.audits().empty());
    CHECK_FALSE(world.act(world.member_node, wire::confirm_messages{net("team"), false, 1'000}));
    CHECK(world.member("team", world.member_node)->last_announcement == 2);
    CHECK(world.ask(world.member_node, wire::confirm_messages{net("team"), false, 1})->empty());
}

TEST_CASE("the welcome message awaits those who join after it was set") {
    talking world;
    REQUIRE_FALSE(world.announce("before"));
    REQUIRE_FALSE(world.act(world.owner, wire::set_welcome{net("team"), "hello"}));
    CHECK(world.member("team", world.member_node)->is_welcomed);
    const auto late = world.account(3, "carl");
    REQUIRE_FALSE(world.act(late, wire::join_network{net("team"), {}, {}}));
    CHECK_FALSE(world.member("team", late)->is_welcomed);
    CHECK(world.member("team", late)->last_announcement == 1);
    REQUIRE_FALSE(world.act(late, wire::confirm_messages{net("team"), true, 0}));
    CHECK(world.member("team", late)->is_welcomed);
}

TEST_CASE("an invite lets in as many as it is for, without the password, and no more") {
    talking world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), "secret", {}, {}, {}, {}}));
    REQUIRE_FALSE(world.invite(7, 2));
    CHECK(world.audits()[0].after == "invite=1 uses=2");
    CHECK_FALSE(world.join(10, 7));
    CHECK(world.audits()[0].after == "member, invite 1");
    CHECK(world.ask({10}, wire::join_network{net("team"), {}, bytes(16, 7)})->empty());
    CHECK(world.records.invite(1)->uses == 1);
    // Two at once: each is decided by what the one before has left.
    const auto first = world.ask(world.account(11, "x"), wire::join_network{net("team"), {}, bytes(16, 7)});
    const auto second = world.ask(world.account(12, "y"), wire::join_network{net("team"), {}, bytes(16, 7)});
    CHECK((first && second));
    world.records.apply(*first);
    CHECK(world.join(12, 7) == errc::invite_invalid);
    CHECK(world.records.invite(1)->uses == 2);
    CHECK(world.join(13, 8) == errc::invite_invalid);
    CHECK(describe(errc::invite_invalid).exit_code == 7);
}

TEST_CASE("an invite ends, is revoked, and is of its own network only") {
    talking world;
    const auto end = world.today + std::chrono::hours(1);
    CHECK(world.invite(7, 0, world.today) == errc::usage);
    REQUIRE_FALSE(world.invite(7, 0, end));
    CHECK(world.invite(7, 1) == errc::invite_invalid);
    REQUIRE_FALSE(world.act(world.owner, wire::create_network{net("other"), "secret"}));
    CHECK(world.act(world.account(20, "z"), wire::join_network{net("other"), {}, bytes(16, 7)}) ==
          errc::invite_invalid);
    CHECK(world.act(world.owner, wire::revoke_invite{net("other"), 1}) == errc::invite_not_found);
    CHECK_FALSE(world.join(21, 7));
    world.today = end;
    CHECK(world.join(22, 7) == errc::invite_invalid);
    REQUIRE_FALSE(world.invite(8, 1));
    CHECK(world.records.invite(1) == nullptr);  // forgotten with the next one
    CHECK_FALSE(world.act(world.owner, wire::revoke_invite{net("team"), 2}));
    CHECK(world.join(23, 8) == errc::invite_invalid);
    CHECK(world.act(world.owner, wire::make_invite{net("team"), bytes(31, 1), 1, {}, false}) == errc::malformed);
}

TEST_CASE("an approved invite does not wait, another one does, and neither opens a lock or lifts a ban") {
    talking world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    REQUIRE_FALSE(world.invite(7, 0, {}, true));
    REQUIRE_FALSE(world.invite(8, 0, {}, false));
    REQUIRE_FALSE(world.join(10, 7));
    REQUIRE_FALSE(world.join(11, 8));
    CHECK_FALSE(world.member("team", {10})->is_waiting);
    CHECK(world.member("team", {11})->is_waiting);
    REQUIRE_FALSE(world.act(world.owner, wire::ban_node{net("team"), world.account(12, "x"), "", {}}));
    CHECK(world.join(12, 7) == errc::banned);
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, true, {}, {}}));
    CHECK(world.join(13, 7) == errc::network_locked);
}

TEST_CASE("a network has at most 256 invites that can still be used") {
    talking world;
    const auto make = [&](std::uint32_t number, std::optional<wall_time> end) {
        bytes digest(32, 0);
        digest[0] = static_cast<std::uint8_t>(number >> 8U);
        digest[1] = static_cast<std::uint8_t>(number);
        return world.act(world.owner, wire::make_invite{net("team"), digest, 1, end, false});
    };
    for (std::uint32_t i = 0; i < 256; ++i)
        REQUIRE_FALSE(make(i, i == 0 ? std::optional(world.today + std::chrono::hours(1)) : std::nullopt));
    CHECK(make(300, {}) == errc::network_full);
    world.today += std::chrono::hours(1);
    CHECK_FALSE(make(300, {}));
    const auto told = answer(world.input(), world.owner, wire::list_invites{net("team")});
    CHECK(std::get<wire::invite_list>(*told).invites.size() == 256);
}
