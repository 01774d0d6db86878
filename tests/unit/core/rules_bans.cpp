#include "buri/core/key_change.hpp"
#include "buri/crypto/digest.hpp"
#include "buri/crypto/identity_key.hpp"
#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

struct banning : rules_world {
    banning() { REQUIRE_FALSE(act(owner, wire::create_network{net("team"), {}})); }

    std::optional<errc> ban(node_id node, std::string reason = "", std::optional<wall_time> until = {}) {
        return act(owner, wire::ban_node{net("team"), node, std::move(reason), until});
    }
    std::optional<errc> join(node_id node) { return act(node, wire::join_network{net("team"), {}, {}}); }
    std::span<const ban_record> bans() { return records.bans(network("team").id); }
    bytes digest(node_id node) {
        const auto made = crypto::sha256(records.account(node)->key_blob);
        return {made.begin(), made.end()};
    }
    std::string print(node_id node) { return crypto::fingerprint(records.account(node)->key_blob); }

    node_id owner = account(1, "anna");
    node_id spammer = account(2, "berta");
};

}  // namespace

TEST_CASE("a ban puts a member out and keeps it out, saying why and until when") {
    banning world;
    REQUIRE_FALSE(world.join(world.spammer));
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.spammer}));
    const auto end = world.today + std::chrono::hours(24);
    CHECK_FALSE(world.ban(world.spammer, "spam", end));
    CHECK(world.audits()[0].before == "member");
    CHECK(world.audits()[0].after == "banned until 2027-01-16T08:00:00Z: spam");
    CHECK(world.audits()[0].target_name == "berta");
    CHECK(world.member("team", world.spammer) == nullptr);
    CHECK(world.network("team").heir == node_id{});
    CHECK(world.join(world.spammer) == errc::banned);
    CHECK(world.text ==
          "cannot join 'team': this node is banned from it until 2027-01-16T08:00:00Z, because: spam; "
          "only its owner or an administrator can lift that");
    world.today = end - std::chrono::seconds(1);
    CHECK(world.join(world.spammer) == errc::banned);
    world.today = end;
    CHECK_FALSE(world.join(world.spammer));
}

TEST_CASE("banning again replaces reason and end, keeps the day it began, and is nothing with the same") {
    banning world;
    const auto begun = world.today;
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    CHECK(world.ask(world.owner, wire::ban_node{net("team"), world.spammer, "spam", {}})->empty());
    world.today += std::chrono::hours(1);
    CHECK(world.ask(world.owner, wire::ban_node{net("team"), world.spammer, "spam", {}})->empty());
    const auto end = world.today + std::chrono::hours(1);
    REQUIRE_FALSE(world.ban(world.spammer, "less", end));
    CHECK(world.audits()[0].before == "banned: spam");
    REQUIRE(world.bans().size() == 1);
    CHECK(world.bans()[0].reason == "less");
    CHECK(world.bans()[0].until == end);
    CHECK(world.bans()[0].since == begun);
    world.today = end;
    REQUIRE_FALSE(world.ban(world.spammer, "again"));
    CHECK(world.bans()[0].since == end);
}

TEST_CASE("a reason is one line of clean text, and a ban ends in the future") {
    banning world;
    CHECK(world.ban(world.spammer, std::string(257, 'x')) == errc::text_invalid);
    for (const auto* const reason : {"two\nlines", "tab\t", "\x1b[31m", "\xff",
                                     "\xc2\x9b"
                                     "31m",
                                     "\x7f"})
        CHECK(world.ban(world.spammer, reason) == errc::text_invalid);
    CHECK(world.ban(world.spammer, "", world.today) == errc::usage);
    CHECK_FALSE(world.ban(world.spammer, std::string(254, 'x') + "\xc3\xa9", world.today + std::chrono::seconds(1)));
}

TEST_CASE("a deleted account stays banned by its key, under whatever address it comes back") {
    banning world;
    const auto key = world.records.account(world.spammer)->key_blob;
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    REQUIRE_FALSE(world.act(world.spammer, wire::delete_account{false}));
    REQUIRE(world.bans().size() == 1);
    CHECK(world.bans()[0].node == node_id{});
    const auto back =
        register_account(world.records, *parse_ip_prefix("10.0.0.0/24"), key, "new", world.today, world.random);
    world.records.apply(back->change);
    CHECK(world.join(back->id) == errc::banned);
    // Its old address in other hands is free.
    world.records.apply({put_account{{world.spammer, "carl", some_key("carl's"), world.today, "", {}}}});
    CHECK_FALSE(world.join(world.spammer));
    // It is lifted by the new address as well as by the fingerprint.
    CHECK_FALSE(world.act(world.owner, wire::unban_node{net("team"), back->id, {}}));
    CHECK(world.audits()[0].target == back->id);
    CHECK_FALSE(world.join(back->id));
}

TEST_CASE("a new key is banned with the old one, and unbanning either lifts both") {
    for (const bool by_fingerprint : {false, true}) {
        banning world;
        const auto old_key = crypto::identity_key::generate_ed25519(world.random);
        const auto new_key = crypto::identity_key::generate_ed25519(world.random);
        const auto old_blob = old_key.public_part().blob();
        const auto new_blob = new_key.public_part().blob();
        world.records.apply({put_account{{world.spammer, "berta", old_blob, world.today, "", {}}}});
        const auto old_print = world.print(world.spammer);
        REQUIRE_FALSE(world.ban(world.spammer, "spam"));
        const auto message = key_change_message(world.spammer, old_blob, new_blob);
        REQUIRE_FALSE(world.act(world.spammer, wire::rotate_key{new_blob, old_key.sign(suite_id::aes, message),
                                                                new_key.sign(suite_id::aes, message)}));
        REQUIRE(world.bans().size() == 2);
        CHECK(world.bans()[1].node == world.spammer);
        CHECK(world.bans()[1].reason == "spam");
        CHECK(world.join(world.spammer) == errc::banned);
        REQUIRE_FALSE(world.ban(world.spammer, "both"));
        CHECK(world.bans()[0].reason == "both");
        CHECK(world.bans()[1].reason == "both");
        wire::unban_node wish{net("team"), {}, {}};
        if (by_fingerprint) wish.fingerprint = old_print;
        if (!by_fingerprint) wish.member = world.spammer;
        CHECK_FALSE(world.act(world.owner, wish));
        CHECK(world.bans().empty());
        CHECK_FALSE(world.join(world.spammer));
    }
}

TEST_CASE("to ban or to evict a stranger does not tell who it is") {
    banning world;
    REQUIRE_FALSE(world.act(world.owner, wire::evict_member{net("team"), world.spammer}));
    REQUIRE(world.act(world.spammer, wire::evict_member{net("team"), world.owner}) == errc::not_a_member);
    const auto refused = refusal_record(world.input(), world.owner,
                                        wire::grant_privileges{net("team"), world.spammer, {}}, errc::not_a_member);
    REQUIRE(refused);
    CHECK(refused->target == world.spammer);
    CHECK(refused->target_name.empty());
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    CHECK(world.audits()[0].target_name.empty());
    CHECK(world.bans()[0].nickname.empty());
    // Banned again, once it has been a member, it has a name.
    REQUIRE_FALSE(world.act(world.owner, wire::unban_node{net("team"), world.spammer, {}}));
    REQUIRE_FALSE(world.join(world.spammer));
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    REQUIRE_FALSE(world.ban(world.spammer, "more of it"));
    CHECK(world.bans()[0].nickname == "berta");
}

TEST_CASE("a banned node does not fill the list by changing its key again and again") {
    banning world;
    auto key = crypto::identity_key::generate_ed25519(world.random);
    world.records.apply({put_account{{world.spammer, "berta", key.public_part().blob(), world.today, "", {}}}});
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    const auto first = world.digest(world.spammer);
    for (int i = 0; i < 50; ++i) {
        auto next = crypto::identity_key::generate_ed25519(world.random);
        const auto blob = next.public_part().blob();
        const auto message = key_change_message(world.spammer, key.public_part().blob(), blob);
        REQUIRE_FALSE(world.act(world.spammer, wire::rotate_key{blob, key.sign(suite_id::aes, message),
                                                                next.sign(suite_id::aes, message)}));
        key = std::move(next);
        REQUIRE(world.bans().size() <= 4);
        REQUIRE(world.bans().back().key_digest == world.digest(world.spammer));
        REQUIRE(world.join(world.spammer) == errc::banned);
    }
    CHECK(world.bans().front().key_digest == first);
    wire::unban_node wish{net("team"), world.spammer, {}};
    CHECK_FALSE(world.act(world.owner, wish));
    CHECK(world.bans().empty());
}

TEST_CASE("a member does not move to a key that is banned where it is") {
    banning world;
    const auto mine = crypto::identity_key::generate_ed25519(world.random);
    const auto banned = crypto::identity_key::generate_ed25519(world.random);
    const auto mine_blob = mine.public_part().blob();
    const auto banned_blob = banned.public_part().blob();
    world.records.apply({put_account{{world.spammer, "berta", banned_blob, world.today, "", {}}}});
    REQUIRE_FALSE(world.ban(world.spammer, "", world.today + std::chrono::hours(1)));
    REQUIRE_FALSE(world.act(world.spammer, wire::delete_account{false}));
    const node_id friendly{3};
    world.records.apply({put_account{{friendly, "carl", mine_blob, world.today, "", {}}}});
    REQUIRE_FALSE(world.join(friendly));
    const auto message = key_change_message(friendly, mine_blob, banned_blob);
    const wire::rotate_key wish{banned_blob, mine.sign(suite_id::aes, message), banned.sign(suite_id::aes, message)};
    CHECK(world.act(friendly, wish) == errc::banned);
    CHECK(world.text.find("'team'") != std::string::npos);
    world.today += std::chrono::hours(1);
    CHECK_FALSE(world.act(friendly, wish));
}

TEST_CASE("unbanning names one node or one fingerprint that is banned") {
    banning world;
    CHECK(world.act(world.owner, wire::unban_node{net("team"), {}, {}}) == errc::usage);
    CHECK(world.act(world.owner, wire::unban_node{net("team"), world.spammer, world.print(world.spammer)}) ==
          errc::usage);
    CHECK(world.act(world.owner, wire::unban_node{net("team"), {}, "SHA256:nonsense"}) == errc::usage);
    CHECK(world.act(world.owner, wire::unban_node{net("team"), world.spammer, {}}) == errc::ban_not_found);
    CHECK(world.act(world.owner, wire::unban_node{net("team"), {}, world.print(world.spammer)}) == errc::ban_not_found);
    CHECK(world.act(world.owner, wire::unban_node{net("team"), node_id{}, {}}) == errc::ban_not_found);
}

TEST_CASE("the list shows who is barred now, with fingerprints, and keeps the account's absence") {
    banning world;
    REQUIRE_FALSE(world.join(world.spammer));
    const auto print = world.print(world.spammer);
    REQUIRE_FALSE(world.ban(world.spammer, "spam"));
    REQUIRE_FALSE(world.ban(world.account(3, "carl"), "", world.today + std::chrono::hours(1)));
    REQUIRE_FALSE(world.act(world.spammer, wire::delete_account{false}));
    world.today += std::chrono::hours(1);
    const auto told = answer(world.input(), world.owner, wire::list_bans{net("team")});
    REQUIRE(told);
    const auto& list = std::get<wire::ban_list>(*told).bans;
    REQUIRE(list.size() == 1);
    CHECK_FALSE(list[0].node);
    CHECK(list[0].nickname == "berta");
    CHECK(list[0].fingerprint == print);
    CHECK(list[0].reason == "spam");
    CHECK(list[0].by == world.owner);
}

TEST_CASE("a list of bans has room for 1,000, not counting those that ended") {
    banning world;
    world.plans = plan_table({premium_plan()}, "premium");
    for (std::uint32_t id = 1'000; id < 2'000; ++id) {
        const auto end = id == 1'000 ? std::optional(world.today + std::chrono::hours(1)) : std::nullopt;
        REQUIRE_FALSE(world.ban(world.account(id, "node"), "", end));
    }
    CHECK(world.ban(world.spammer) == errc::network_full);
    CHECK_FALSE(world.ban({1'500}, "again"));
    world.today += std::chrono::hours(1);
    CHECK_FALSE(world.ban(world.spammer));
    CHECK(world.bans().size() == 1'000);
}
