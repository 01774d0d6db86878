#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

struct two_networks : rules_world {
    two_networks() {
        REQUIRE_FALSE(act(owner, wire::create_network{net("team"), "secret"}));
        REQUIRE_FALSE(act(owner, wire::create_network{net("open-net"), {}}));
    }

    std::optional<errc> join(node_id node, std::string_view name, std::optional<std::string> password) {
        return act(node, wire::join_network{net(name), std::move(password), {}});
    }
    std::optional<password_work> work(node_id node, const wire::request& wish) { return work_for(input(), node, wish); }

    node_id owner = account(1, "anna");
    node_id stranger = account(2, "berta");
};

}  // namespace

TEST_CASE("creating makes the owner the first member, and says so in the log without the password") {
    rules_world world;
    const auto owner = world.account(1, "anna");
    REQUIRE_FALSE(world.act(owner, wire::create_network{net("Team"), "secret"}));
    const auto& made = world.network("team");
    CHECK(made.id == 1);
    CHECK(made.name.text() == "Team");
    CHECK(made.owner == owner);
    CHECK(made.created == world.today);
    CHECK(made.password_hash == rules_world::hash_of("secret"));
    CHECK(*world.member("team", owner) == member_record{1, owner, world.today, "anna", false, {}, true, 0});
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0] ==
          audit_record{1, world.today, owner, "anna", "create", 1, "Team", {}, "", "", "password=set", "ok"});
}

TEST_CASE("creating again is nothing with the same password, and name_taken with another or by another") {
    two_networks world;
    CHECK(world.ask(world.owner, wire::create_network{net("TEAM"), "secret"})->empty());
    CHECK(world.ask(world.owner, wire::create_network{net("open-net"), {}})->empty());
    for (const auto& password : {std::optional<std::string>("other"), std::optional<std::string>()})
        CHECK(world.act(world.owner, wire::create_network{net("team"), password}) == errc::name_taken);
    CHECK(world.act(world.owner, wire::create_network{net("open-net"), "secret"}) == errc::name_taken);
    CHECK(world.act(world.stranger, wire::create_network{net("team"), "secret"}) == errc::name_taken);
    CHECK(world.act(world.owner, wire::create_network{net("third"), ""}) == errc::password_missing);
    CHECK(world.act(world.owner, wire::create_network{network_name(), {}}) == errc::name_invalid);
    CHECK(world.act({99}, wire::create_network{net("third"), {}}) == errc::account_unknown);
}

TEST_CASE("what cannot be done without an account or a network is refused by name") {
    two_networks world;
    CHECK(world.join(world.stranger, "none", {}) == errc::network_not_found);
    CHECK(world.text == "cannot join 'none': there is no network of this name on the server; check the spelling");
    CHECK(world.act(world.stranger, wire::leave_network{net("none")}) == errc::network_not_found);
    CHECK(world.act(world.stranger, wire::delete_network{net("none")}) == errc::network_not_found);
    CHECK(world.act(world.owner, wire::set_access{net("none"), {}, {}, true, {}, {}}) == errc::network_not_found);
    CHECK(world.join({99}, "team", {}) == errc::account_unknown);
    CHECK(world.act({99}, wire::leave_network{net("team")}) == errc::account_unknown);
}

TEST_CASE("the password is asked for, compared, and not needed by members") {
    two_networks world;
    CHECK(world.join(world.stranger, "team", {}) == errc::password_missing);
    CHECK(world.join(world.stranger, "team", "") == errc::password_missing);
    CHECK(world.join(world.stranger, "team", "Secret") == errc::password_wrong);
    CHECK_FALSE(world.join(world.stranger, "team", "secret"));
    CHECK(world.ask(world.stranger, wire::join_network{net("team"), "wrong", {}})->empty());
    CHECK_FALSE(world.join(world.stranger, "open-net", "whatever"));
}

TEST_CASE("hashing is asked for only where the password decides, and once") {
    two_networks world;
    const wire::join_network join{net("team"), "secret", {}};
    const auto wanted = world.work(world.stranger, join);
    REQUIRE(wanted);
    CHECK(wanted->password == "secret");
    CHECK(wanted->against == world.network("team").password_hash);
    CHECK_FALSE(world.work(world.owner, join));
    CHECK_FALSE(world.work({99}, join));
    CHECK_FALSE(world.work(world.stranger, wire::join_network{net("open-net"), "secret", {}}));
    CHECK_FALSE(world.work(world.stranger, wire::join_network{net("team"), {}, {}}));
    CHECK_FALSE(world.work(world.stranger, wire::join_network{net("team"), "secret", bytes(16, 1)}));
    CHECK(world.work(world.stranger, wire::create_network{net("third"), "secret"})->against.empty());
    CHECK_FALSE(world.work(world.stranger, wire::create_network{net("third"), {}}));
    CHECK_FALSE(world.work(world.stranger, wire::create_network{net("team"), "secret"}));
    CHECK(world.work(world.owner, wire::create_network{net("team"), "secret"})->against == wanted->against);
    CHECK_FALSE(world.work(world.owner, wire::create_network{net("open-net"), "secret"}));
    const wire::set_access set{net("team"), "new", {}, {}, {}, {}};
    CHECK(world.work(world.owner, set)->against.empty());
    CHECK_FALSE(world.work(world.stranger, set));
    CHECK_FALSE(world.work(world.owner, wire::set_access{net("team"), {}, {}, true, {}, {}}));
    CHECK_FALSE(world.work(world.owner, wire::set_nickname{"secret"}));
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, true, {}, {}}));
    CHECK_FALSE(world.work(world.stranger, join));
}

TEST_CASE("an outcome of hashing does not serve once the network has another password") {
    two_networks world;
    auto in = world.input();
    in.password = password_outcome{world.network("team").password_hash, true};
    const wire::join_network join{net("team"), "secret", {}};
    CHECK_FALSE(work_for(in, world.stranger, join));
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), "new", {}, {}, {}, {}}));
    REQUIRE(work_for(in, world.stranger, join));
    CHECK(decide(in, world.stranger, join).error().code == errc::password_wrong);
    CHECK(decide(world.input(), world.stranger, join).error().code == errc::password_wrong);
    // A comparison that failed made no hash to keep.
    in.password = password_outcome{"hash:other", false};
    CHECK(work_for(in, world.stranger, wire::create_network{net("third"), "x"}));
    CHECK_FALSE(decide(in, world.stranger, wire::create_network{net("third"), "x"}));
    CHECK_FALSE(decide(in, world.owner, wire::set_access{net("team"), "x", {}, {}, {}, {}}));
}

TEST_CASE("a full network takes nobody, and tells so only to whom it would take") {
    two_networks world;
    world.plans = plan_table({[] {
                                 auto two = premium_plan();
                                 two.max_members = 1;
                                 return two;
                             }()},
                             "premium");
    CHECK(world.join(world.stranger, "open-net", {}) == errc::network_full);
    CHECK(world.text ==
          "cannot join 'open-net': it has 1 member, and the plan 'premium' of its owner allows 1; one "
          "of them must leave first");
    CHECK(world.join(world.stranger, "team", "wrong") == errc::password_wrong);
    CHECK(world.join(world.stranger, "team", "secret") == errc::network_full);
}

TEST_CASE("own networks, memberships and waiting all count against the plan's networks") {
    two_networks world;
    auto three = premium_plan();
    three.max_networks = 3;
    world.plans = plan_table({three}, "premium");
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    CHECK_FALSE(world.act(world.stranger, wire::create_network{net("hers"), {}}));
    CHECK_FALSE(world.join(world.stranger, "team", "secret"));
    CHECK(world.member("team", world.stranger)->is_waiting);
    CHECK_FALSE(world.join(world.stranger, "open-net", {}));
    CHECK(world.act(world.stranger, wire::create_network{net("more"), {}}) == errc::too_many_networks);
    CHECK(world.text ==
          "cannot create 'more': this node is in 3 networks, and its plan 'premium' allows 3; leave one "
          "first");
    CHECK(describe(errc::too_many_networks).exit_code == 7);
    CHECK_FALSE(world.act(world.owner, wire::approve_member{net("team"), world.stranger}));
}

TEST_CASE("no more than 64 wait, and they do not take the place of members") {
    two_networks world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    for (std::uint32_t id = 100; id < 164; ++id)
        REQUIRE_FALSE(world.join(world.account(id, "node"), "team", "secret"));
    CHECK(world.join(world.stranger, "team", "secret") == errc::network_full);
    CHECK(world.records.members(world.network("team").id).size() == 1);
    CHECK_FALSE(world.act(world.owner, wire::reject_member{net("team"), {120}}));
    CHECK_FALSE(world.join(world.stranger, "team", "secret"));
    CHECK(world.audits()[0].after == "waiting");
}

TEST_CASE("who is approved has joined then, and has heard what was said before") {
    two_networks world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    REQUIRE_FALSE(world.join(world.stranger, "team", "secret"));
    world.today += std::chrono::hours(5);
    REQUIRE_FALSE(world.act(world.owner, wire::set_welcome{net("team"), "hello"}));
    REQUIRE_FALSE(world.act(world.owner, wire::make_announcement{net("team"), "news"}));
    REQUIRE_FALSE(world.act(world.owner, wire::approve_member{net("team"), world.stranger}));
    CHECK(*world.member("team", world.stranger) ==
          member_record{1, world.stranger, world.today, "berta", false, {}, false, 1});
    CHECK(world.audits()[0].target_name == "berta");
}

TEST_CASE("after a plan has ended settings stay, and who waits can be let in once approval is off") {
    two_networks world;
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    REQUIRE_FALSE(world.join(world.stranger, "team", "secret"));
    REQUIRE_FALSE(world.operate(set_plan{world.owner, "premium", world.today + std::chrono::hours(1)}));
    world.plans = plan_table({free_plan(), premium_plan()}, "free");
    world.today += std::chrono::hours(1);
    CHECK(world.act(world.owner, wire::approve_member{net("team"), world.stranger}) == errc::plan_forbids);
    CHECK(world.text ==
          "cannot approve berta (0.0.0.2) in 'team': the plan 'free' of its owner does not include "
          "approval of new members. Ask the operator of the server for another plan, or install a "
          "licence with 'vpn licence install'.");
    CHECK(world.act(world.owner, wire::set_access{net("team"), {}, {}, true, {}, {}}) == errc::plan_forbids);
    CHECK(world.text.starts_with("cannot lock 'team': the plan 'free' of its owner does not include locked networks."));
    CHECK_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, false, {}}));
    CHECK(world.member("team", world.stranger)->is_waiting);
    CHECK_FALSE(world.act(world.owner, wire::approve_member{net("team"), world.stranger}));
    CHECK_FALSE(world.join(world.stranger, "open-net", {}));
}

TEST_CASE("settings change together or not at all, and the log names each") {
    two_networks world;
    world.operate(set_plan{world.owner, "free", {}});
    CHECK(world.act(world.owner, wire::set_access{net("team"), "new", {}, true, {}, {}}) == errc::plan_forbids);
    CHECK(world.network("team").password_hash == rules_world::hash_of("secret"));
    world.operate(set_plan{world.owner, "premium", {}});
    CHECK_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, true, true, true, false}));
    CHECK(world.audits()[0].before == "locked=false approval=auto encryption=on password=set");
    CHECK(world.audits()[0].after == "locked=true approval=manual encryption=off password=none");
    CHECK(world.ask(world.owner, wire::set_access{net("team"), {}, true, true, true, false})->empty());
    CHECK(world.act(world.owner, wire::set_access{net("team"), "x", true, {}, {}, {}}) == errc::usage);
    CHECK(world.act(world.owner, wire::set_access{net("team"), "", {}, {}, {}, {}}) == errc::password_missing);
    CHECK(world.ask(world.owner, wire::set_access{net("team"), {}, {}, {}, {}, {}})->empty());
    CHECK_FALSE(world.act(world.owner, wire::set_access{net("team"), "new", false, {}, {}, {}}));
    CHECK(world.audits()[0].before == "password=none");
    CHECK(world.audits()[0].after == "password=set");
}

TEST_CASE("the owner does not leave; who waits gives up by leaving; who is out leaves without a change") {
    two_networks world;
    CHECK(world.act(world.owner, wire::leave_network{net("team")}) == errc::owner_cannot_leave);
    CHECK(world.text.find("'vpn delete team'") != std::string::npos);
    CHECK(world.ask(world.stranger, wire::leave_network{net("team")})->empty());
    REQUIRE_FALSE(world.act(world.owner, wire::set_access{net("team"), {}, {}, {}, true, {}}));
    REQUIRE_FALSE(world.join(world.stranger, "team", "secret"));
    CHECK(world.ask(world.stranger, wire::join_network{net("team"), "secret", {}})->empty());
    CHECK_FALSE(world.act(world.stranger, wire::leave_network{net("team")}));
    CHECK(world.audits()[0].before == "waiting");
    CHECK(world.member("team", world.stranger) == nullptr);
}
