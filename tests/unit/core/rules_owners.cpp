#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

struct owned : rules_world {
    owned() {
        REQUIRE_FALSE(act(owner, wire::create_network{net("team"), {}}));
        for (const auto node : {deputy, plain})
            REQUIRE_FALSE(act(node, wire::join_network{net("team"), {}, {}}));
        REQUIRE_FALSE(act(owner, wire::grant_privileges{net("team"), deputy, {privilege::evict, privilege::ban}}));
    }
    bool has(node_id node, privilege wanted) { return has_privilege(input(), network("team"), node, wanted); }

    node_id owner = account(1, "anna");
    node_id deputy = account(2, "berta");
    node_id plain = account(3, "carl");
};

}  // namespace

TEST_CASE("privileges add up and are taken one by one, and the log says what is left") {
    owned world;
    REQUIRE_FALSE(world.act(world.owner, wire::grant_privileges{net("team"), world.deputy, {privilege::message}}));
    CHECK(world.audits()[0].before == "can=evict,ban");
    CHECK(world.audits()[0].after == "can=evict,ban,message");
    CHECK(world.audits()[0].target_name == "berta");
    REQUIRE_FALSE(
        world.act(world.owner, wire::revoke_privileges{net("team"), world.deputy, privilege_set::from_bits(0xff)}));
    CHECK(world.audits()[0].after == "can=nothing");
    CHECK(world.ask(world.owner, wire::grant_privileges{net("team"), world.plain, {}})->empty());
    CHECK(world.ask(world.owner, wire::grant_privileges{net("team"), world.owner, {privilege::ban}})->empty());
    CHECK(world.act(world.owner, wire::revoke_privileges{net("team"), world.owner, {privilege::ban}}) ==
          errc::owner_protected);
}

TEST_CASE("a privilege sleeps while the plan of the owner or of the administrator does not include it") {
    owned world;
    CHECK(world.has(world.deputy, privilege::evict));
    CHECK_FALSE(world.has(world.deputy, privilege::message));
    CHECK_FALSE(world.has(world.plain, privilege::evict));
    CHECK_FALSE(world.has({99}, privilege::evict));
    CHECK(world.has(world.owner, privilege::message));
    for (const auto node : {world.deputy, world.owner}) {
        REQUIRE_FALSE(world.operate(set_plan{node, "free", world.today + std::chrono::hours(1)}));
        CHECK_FALSE(world.has(world.deputy, privilege::evict));
        CHECK(world.act(world.deputy, wire::evict_member{net("team"), world.plain}) == errc::plan_forbids);
        CHECK(world.text.find(node == world.owner ? "of its owner" : "of this node") != std::string::npos);
        world.today += std::chrono::hours(1);
        CHECK(world.has(world.deputy, privilege::evict));
    }
    CHECK(world.has(world.owner, privilege::evict));
    CHECK_FALSE(world.act(world.deputy, wire::evict_member{net("team"), world.plain}));
}

TEST_CASE("nobody is made an administrator whose plan does not include it, and the text says whose plan") {
    owned world;
    REQUIRE_FALSE(world.operate(set_plan{world.plain, "free", {}}));
    CHECK(world.act(world.owner, wire::grant_privileges{net("team"), world.plain, {privilege::ban}}) ==
          errc::plan_forbids);
    CHECK(
        world.text.starts_with("cannot make an administrator of carl (0.0.0.3) in 'team': the plan 'free' of carl "
                               "does not include administrators."));
}

TEST_CASE("administrators do not act against each other, themselves or the owner") {
    owned world;
    REQUIRE_FALSE(world.act(world.owner, wire::grant_privileges{net("team"), world.plain, {privilege::message}}));
    CHECK(world.act(world.deputy, wire::evict_member{net("team"), world.plain}) == errc::not_privileged);
    CHECK(world.act(world.deputy, wire::ban_node{net("team"), world.plain, "", {}}) == errc::not_privileged);
    CHECK(world.act(world.deputy, wire::evict_member{net("team"), world.owner}) == errc::owner_protected);
    CHECK(world.act(world.deputy, wire::evict_member{net("team"), world.deputy}) == errc::usage);
    CHECK(world.text == "cannot evict berta (0.0.0.2) from 'team': that is this node itself; use 'vpn leave' instead");
    CHECK(world.act(world.owner, wire::ban_node{net("team"), world.owner, "", {}}) == errc::usage);
    // Even while the other one's privileges sleep.
    REQUIRE_FALSE(world.operate(set_plan{world.plain, "free", {}}));
    CHECK(world.act(world.deputy, wire::evict_member{net("team"), world.plain}) == errc::not_privileged);
    CHECK_FALSE(world.act(world.owner, wire::evict_member{net("team"), world.plain}));
}

TEST_CASE("the names of nodes outside the network are not told") {
    owned world;
    const auto outsider = world.account(4, "private-name");
    CHECK(world.act(world.owner, wire::approve_member{net("team"), outsider}) == errc::not_awaiting);
    CHECK(world.text == "cannot approve 0.0.0.4 in 'team': it does not wait for approval there");
    CHECK(world.act(outsider, wire::evict_member{net("team"), world.plain}) == errc::not_a_member);
    CHECK(world.text.find("carl") == std::string::npos);
}

TEST_CASE("a network is offered, declined, withdrawn, accepted") {
    owned world;
    CHECK(world.act(world.owner, wire::offer_transfer{net("team"), world.owner}) == errc::usage);
    CHECK(world.act(world.deputy, wire::answer_transfer{net("team"), true}) == errc::transfer_not_offered);
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.deputy}));
    CHECK(world.audits()[0].after == "heir=berta");
    CHECK(world.ask(world.owner, wire::offer_transfer{net("team"), world.deputy})->empty());
    CHECK(world.act(world.plain, wire::answer_transfer{net("team"), true}) == errc::transfer_not_offered);
    REQUIRE_FALSE(world.act(world.deputy, wire::answer_transfer{net("team"), false}));
    CHECK(world.network("team").heir == node_id{});
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.deputy}));
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), {}}));
    CHECK(world.ask(world.owner, wire::offer_transfer{net("team"), {}})->empty());
    CHECK(world.act(world.deputy, wire::answer_transfer{net("team"), true}) == errc::transfer_not_offered);
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.plain}));
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.deputy}));
    REQUIRE_FALSE(world.act(world.deputy, wire::answer_transfer{net("team"), true}));
    CHECK(world.audits()[0].before == "owner=anna");
    CHECK(world.audits()[0].after == "owner=berta");
    CHECK(world.network("team").owner == world.deputy);
    CHECK(world.network("team").heir == node_id{});
    CHECK(world.member("team", world.deputy)->privileges.empty());
    CHECK(world.member("team", world.owner)->privileges.empty());
    CHECK(world.records.owned_by(world.owner).empty());
    CHECK_FALSE(world.act(world.owner, wire::leave_network{net("team")}));
}

TEST_CASE("an heir who leaves, or is put out, is none any more") {
    owned world;
    const auto offer = [&] { return world.act(world.owner, wire::offer_transfer{net("team"), world.plain}); };
    const auto back = [&] { return world.act(world.plain, wire::join_network{net("team"), {}, {}}); };
    REQUIRE_FALSE(offer());
    REQUIRE_FALSE(world.act(world.plain, wire::leave_network{net("team")}));
    CHECK(world.network("team").heir == node_id{});
    REQUIRE_FALSE(back());
    REQUIRE_FALSE(offer());
    REQUIRE_FALSE(world.act(world.deputy, wire::evict_member{net("team"), world.plain}));
    CHECK(world.network("team").heir == node_id{});
    REQUIRE_FALSE(back());
    CHECK(world.act(world.plain, wire::answer_transfer{net("team"), true}) == errc::transfer_not_offered);
}

TEST_CASE("nobody takes over a network with more members than his plan has room for") {
    owned world;
    REQUIRE_FALSE(world.act(world.owner, wire::offer_transfer{net("team"), world.plain}));
    auto tiny = free_plan();
    tiny.max_members = 2;
    world.plans = plan_table({tiny, premium_plan()}, "premium");
    REQUIRE_FALSE(world.operate(set_plan{world.plain, "free", {}}));
    CHECK(world.act(world.plain, wire::answer_transfer{net("team"), true}) == errc::network_full);
    CHECK(world.text == "cannot take over 'team': it has 3 members, and the plan 'free' of this node allows 2");
    REQUIRE_FALSE(world.act(world.owner, wire::evict_member{net("team"), world.deputy}));
    CHECK_FALSE(world.act(world.plain, wire::answer_transfer{net("team"), true}));
}

TEST_CASE("refused acts of members are recorded with the error's name; those of others, and questions, are not") {
    owned world;
    const auto recorded = [&](node_id node, const wire::request& wish, errc why) {
        return refusal_record(world.input(), node, wish, why);
    };
    const auto entry = recorded(world.plain, wire::evict_member{net("team"), world.deputy}, errc::not_privileged);
    REQUIRE(entry);
    CHECK(*entry == audit_record{world.records.next_audit(), world.today, world.plain, "carl", "evict",
                                 world.network("team").id, "team", world.deputy, "berta", "", "", "not_privileged"});
    CHECK(recorded(world.plain, wire::offer_transfer{net("team"), world.deputy}, errc::not_owner)->target ==
          world.deputy);
    CHECK(recorded(world.plain, wire::offer_transfer{net("team"), {}}, errc::not_owner)->target == node_id{});
    CHECK(recorded(world.owner, wire::leave_network{net("team")}, errc::owner_cannot_leave));
    CHECK_FALSE(recorded({99}, wire::evict_member{net("team"), world.deputy}, errc::account_unknown));
    CHECK_FALSE(recorded(world.account(9, "x"), wire::join_network{net("team"), {}, {}}, errc::banned));
    CHECK_FALSE(recorded(world.plain, wire::evict_member{net("none"), world.deputy}, errc::network_not_found));
    CHECK_FALSE(recorded(world.plain, wire::read_log{net("team"), 0, 1}, errc::not_owner));
    CHECK_FALSE(recorded(world.plain, wire::list_bans{net("team")}, errc::not_privileged));
    CHECK_FALSE(recorded(world.plain, wire::confirm_messages{net("team"), true, 1}, errc::internal));
    CHECK_FALSE(recorded(world.plain, wire::set_nickname{"-"}, errc::nickname_invalid));
    CHECK_FALSE(recorded(world.plain, wire::ping{}, errc::internal));
}
