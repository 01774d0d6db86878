// Every act, and who hears what of it.
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

/// Olga owns "home"; Adam may approve there, and Mia is a member; Wanda waits; Sam is in another network.
struct household : mediation {
    household() {
        olga = make_account("olga");
        adam = make_account("adam");
        mia = make_account("mia");
        wanda = make_account("wanda");
        sam = make_account("sam");
        for (const auto node : {olga, adam, mia, wanda, sam})
            come_online(node);
        make_network("home", {olga, adam, mia});
        make_network("elsewhere", {sam});
        REQUIRE(succeeds(olga, wire::grant_privileges{home, adam, {privilege::approve}}));
        REQUIRE(succeeds(olga, wire::set_access{home, {}, {}, {}, true, {}}));
        REQUIRE(succeeds(wanda, wire::join_network{home, {}, {}}));
        forget();
    }
    ~household() {
        for (const auto node : {olga, adam, mia, wanda, sam}) {
            if (connections.contains(node)) CHECK(knows_the_truth(node));
        }
    }
    /// Sam, who waits nowhere and is in another network, heard nothing, and neither did Wanda.
    void check_silence() {
        CHECK(told_count(sam) == 0);
        CHECK(told_count(wanda) == 0);
    }
    const network_name home = net("home");
    node_id olga, adam, mia, wanda, sam;
};

}  // namespace

TEST_CASE("who waits is shown to those who can approve, and hears that it waits") {
    household on;
    REQUIRE(on.succeeds(on.sam, wire::join_network{on.home, {}, {}}));
    const auto waits = on.told<wire::network_event>(on.sam);
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].network.waiting);
    CHECK_FALSE(waits[0].network.settings.owner);
    CHECK(waits[0].network.members.empty());
    for (const auto node : {on.olga, on.adam}) {
        REQUIRE(on.told<wire::member_requested>(node).size() == 1);
        CHECK(on.told<wire::member_requested>(node)[0].who.name == "sam");
        CHECK(on.told<wire::member_requested>(node)[0].who.fingerprint.starts_with("SHA256:"));
    }
    CHECK(on.told_count(on.mia) == 0);
    CHECK(on.told_count(on.wanda) == 0);
    CHECK(on.server->tunnel_count() == 3);
    CHECK(on.refusal(on.sam, wire::tunnel_request{on.olga}) == errc::peer_not_found);
}

TEST_CASE("approval makes a member of whoever waits") {
    household on;
    REQUIRE(on.succeeds(on.adam, wire::approve_member{on.home, on.wanda}));
    CHECK(on.told<wire::member_joined>(on.mia).size() == 1);
    CHECK(on.told<wire::member_joined>(on.olga).size() == 1);
    CHECK(on.told<wire::peer_event>(on.wanda).size() == 3);
    CHECK(on.told<wire::network_event>(on.wanda).at(0).network.members.size() == 4);
    CHECK(on.server->tunnel_count() == 6);
    CHECK(on.told_count(on.sam) == 0);
}

TEST_CASE("rejection is told to the one and to those who can approve") {
    household on;
    REQUIRE(on.succeeds(on.adam, wire::reject_member{on.home, on.wanda}));
    CHECK(on.told<wire::network_gone>(on.wanda).at(0) == wire::network_gone{on.home, "rejected", ""});
    CHECK(on.told<wire::request_gone>(on.olga).at(0) == wire::request_gone{on.home, on.wanda, "rejected"});
    CHECK(on.told<wire::request_gone>(on.adam).size() == 1);
    CHECK(on.told_count(on.mia) == 0);
}

TEST_CASE("who waits may give up, or be banned") {
    household on;
    SECTION("leave") {
        REQUIRE(on.succeeds(on.wanda, wire::leave_network{on.home}));
        CHECK(on.told<wire::network_gone>(on.wanda).at(0).reason == "left");
        CHECK(on.told<wire::request_gone>(on.olga).at(0).reason == "left");
    }
    SECTION("ban") {
        REQUIRE(on.succeeds(on.olga, wire::ban_node{on.home, on.wanda, "spam", {}}));
        CHECK(on.told<wire::network_gone>(on.wanda).at(0) == wire::network_gone{on.home, "banned", "spam"});
        CHECK(on.told<wire::request_gone>(on.adam).at(0).reason == "banned");
    }
    CHECK(on.told_count(on.mia) == 0);
}

TEST_CASE("an evicted or banned member is told why, the others that it left, and its tunnels are closed on both ends") {
    household on;
    const bool bans = GENERATE(true, false);
    if (bans) {
        REQUIRE(on.succeeds(on.olga, wire::ban_node{on.home, on.mia, "spam", on.today + 1h}));
        CHECK(on.told<wire::network_gone>(on.mia).at(0).reason == "banned");
        CHECK(on.told<wire::network_gone>(on.mia).at(0).text.starts_with("spam; until 20"));
    } else {
        REQUIRE(on.succeeds(on.olga, wire::evict_member{on.home, on.mia}));
        CHECK(on.told<wire::network_gone>(on.mia).at(0).reason == "evicted");
    }
    CHECK(on.told<wire::member_left>(on.adam).at(0).reason == (bans ? "banned" : "evicted"));
    CHECK(on.told<wire::tunnel_close>(on.mia).size() == 2);
    CHECK(on.told<wire::tunnel_close>(on.adam).size() == 1);
    CHECK(on.nodes[on.mia].tunnels.empty());
    CHECK(on.server->tunnel_count() == 1);
    on.check_silence();
}

TEST_CASE("an eviction closes nothing between nodes that have another network in common") {
    household on;
    on.make_network("work", {on.adam, on.mia});
    on.forget();
    REQUIRE(on.succeeds(on.olga, wire::evict_member{on.home, on.mia}));
    CHECK(on.nodes[on.mia].tunnels_to(on.adam) == 1);
    CHECK(on.nodes[on.mia].tunnels_to(on.olga) == 0);
}

TEST_CASE("a setting is told in one short event to every member and nobody else") {
    household on;
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, true, {}, {}}));
    for (const auto node : {on.olga, on.adam, on.mia}) {
        CHECK(on.told<wire::settings_event>(node).size() == 1);
        CHECK(on.told<wire::settings_event>(node).at(0).settings.locked);
        CHECK(on.told<wire::network_event>(node).empty());
    }
    on.check_silence();
    on.forget();
    CHECK_FALSE(on.answered<wire::ok_answer>(on.olga, wire::set_access{on.home, {}, {}, true, {}, {}}).changed);
    CHECK(on.told_count(on.mia) == 0);
    // The same password bit to everybody: another password is no news.
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, "first", {}, {}, {}, {}}));
    CHECK(on.told<wire::settings_event>(on.mia).size() == 1);
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, "second", {}, {}, {}, {}}));
    CHECK(on.told<wire::settings_event>(on.mia).size() == 1);
}

TEST_CASE("whoever gains or loses the privilege to approve sees who waits, or does not any more") {
    household on;
    REQUIRE(on.succeeds(on.olga, wire::grant_privileges{on.home, on.mia, {privilege::approve, privilege::evict}}));
    CHECK(on.told<wire::member_changed>(on.adam).at(0).member.can.contains(privilege::evict));
    REQUIRE(on.told<wire::network_event>(on.mia).size() == 1);
    CHECK(on.told<wire::network_event>(on.mia)[0].network.applicants.size() == 1);
    CHECK(on.told<wire::network_event>(on.adam).empty());
    on.forget();
    REQUIRE(on.succeeds(on.olga, wire::revoke_privileges{on.home, on.mia, {privilege::approve}}));
    CHECK(on.told<wire::network_event>(on.mia).at(0).network.applicants.empty());
    on.forget();
    // The privilege sleeps while the plan does not include administrators.
    on.set_plan(on.adam, "free");
    CHECK(on.told<wire::plan_event>(on.adam).at(0).plan.name == "free");
    CHECK(on.told<wire::network_event>(on.adam).at(0).network.applicants.empty());
    CHECK(on.nodes[on.adam].networks.at("home").members.at(on.adam).can.contains(privilege::approve));
    on.set_plan(on.adam, "premium");
    CHECK(on.told<wire::network_event>(on.adam).at(1).network.applicants.size() == 1);
    on.check_silence();
}

TEST_CASE("a network changes hands when its heir accepts") {
    household on;
    REQUIRE(on.succeeds(on.olga, wire::offer_transfer{on.home, on.mia}));
    CHECK(on.told<wire::settings_event>(on.mia).at(0).settings.heir == on.mia);
    REQUIRE(on.succeeds(on.mia, wire::answer_transfer{on.home, true}));
    CHECK(on.told<wire::settings_event>(on.adam).back().settings.owner == on.mia);
    CHECK(on.told<wire::network_event>(on.mia).at(0).network.applicants.size() == 1);
    CHECK(on.told<wire::network_event>(on.olga).at(0).network.applicants.empty());
    on.check_silence();
}

TEST_CASE("a new name is told in every network, and to those who approve if the node waits") {
    household on;
    REQUIRE(on.succeeds(on.mia, wire::set_nickname{"adam"}));
    CHECK(on.told<wire::member_changed>(on.olga).at(0).member.name == "adam-2");
    CHECK(on.told<wire::peer_event>(on.olga).at(0).peer.nickname == "adam");
    on.check_silence();
    on.forget();
    REQUIRE(on.succeeds(on.wanda, wire::set_nickname{"wilma"}));
    CHECK(on.told<wire::member_requested>(on.olga).at(0).who.name == "wilma");
    CHECK(on.told_count(on.mia) == 0);
}

TEST_CASE("a deleted account leaves every network and is disconnected after its answer") {
    household on;
    const auto connection = on.connections.at(on.mia);
    const auto number = on.ask(on.mia, wire::delete_account{});
    CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(number)));
    CHECK(on.told<wire::network_gone>(on.mia).size() == 1);
    CHECK(on.told<wire::member_left>(on.adam).at(0).reason == "account_deleted");
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects[0].which == connection);
    CHECK(on.disconnects[0].why.code == errc::account_unknown);
    CHECK(on.server->records().account(on.mia) == nullptr);
    CHECK_FALSE(on.server->is_online(on.mia));
    CHECK(on.server->tunnel_count() == 1);
    on.check_silence();
}

TEST_CASE("the operator removes an account with its networks, also while its node is away for a moment") {
    household on;
    const bool is_away = GENERATE(true, false);
    CHECK(on.operate(core::remove_account{on.olga, false}).error().code == errc::owns_networks);
    if (is_away) on.disconnect(on.olga);
    CHECK(on.operate(core::remove_account{on.olga, true}) == true);
    CHECK(on.told<wire::network_gone>(on.adam).at(0).reason == "deleted");
    CHECK_FALSE(on.told<wire::network_gone>(on.adam)[0].text.empty());
    CHECK(on.told<wire::network_gone>(on.wanda).size() == 1);
    CHECK(on.disconnects.size() == (is_away ? 0 : 1));
    CHECK(on.server->tunnel_count() == 0);
    CHECK(on.told_count(on.sam) == 0);
    on.advance(1min);
    CHECK(on.server->online_count() == 4);
}

TEST_CASE("the operator removes a network and changes a plan as anybody's act") {
    household on;
    on.set_plan(on.olga, "free");
    CHECK(on.told<wire::settings_event>(on.mia).at(0).settings.max_members == 16);
    CHECK(on.told<wire::plan_event>(on.olga).size() == 1);
    CHECK(on.told<wire::plan_event>(on.mia).empty());
    CHECK(on.told<wire::network_event>(on.adam).at(0).network.applicants.empty());
    on.check_silence();
    CHECK(on.operate(core::remove_network{on.home}) == true);
    CHECK(on.told<wire::network_gone>(on.mia).size() == 1);
    CHECK(on.operate(core::remove_network{on.home}).error().code == errc::network_not_found);
    on.fail_next_commit = error{errc::disk_full, "the disk is full"};
    CHECK(on.operate(core::set_plan{on.olga, "premium", {}}).error().code == errc::disk_full);
}

TEST_CASE("other plans are told to whom they change something") {
    household on;
    auto settings = usual_settings();
    settings.plans = core::plan_table({free_plan(), premium_plan()}, "free");
    on.configure(settings);
    CHECK(on.told<wire::plan_event>(on.sam).at(0).plan.name == "free");
    CHECK(on.told<wire::settings_event>(on.mia).at(0).settings.max_members == 16);
    on.forget();
    on.configure(settings);
    CHECK(on.output_count == 0);
}

TEST_CASE("every act is in the log, and the owner hears of it, also when it is refused") {
    household on;
    REQUIRE(on.succeeds(on.adam, wire::approve_member{on.home, on.wanda}));
    REQUIRE(on.told<wire::log_event>(on.olga).size() == 1);
    CHECK(on.told<wire::log_event>(on.olga)[0].entry.act == "approve");
    CHECK(on.told<wire::log_event>(on.olga)[0].entry.actor_name == "adam");
    CHECK(on.told<wire::log_event>(on.adam).empty());
    CHECK(on.entries.size() == 1);
    on.forget();
    CHECK(on.refusal(on.mia, wire::evict_member{on.home, on.adam}) == errc::not_privileged);
    REQUIRE(on.entries.size() == 1);
    CHECK(on.entries[0].result == "not_privileged");
    CHECK(on.told<wire::log_event>(on.olga).size() == 1);
    on.forget();
    CHECK(on.refusal(on.sam, wire::evict_member{on.home, on.adam}) == errc::not_a_member);
    CHECK(on.entries.empty());
    on.set_plan(on.sam, "free");
    REQUIRE(on.entries.size() == 1);
    CHECK_FALSE(on.entries[0].actor);
    CHECK(on.told<wire::log_event>(on.olga).empty());
}

TEST_CASE("the log is read by the owner, a bounded page at a time") {
    household on;
    on.ask(on.olga, wire::read_log{on.home, 7, 5000});
    REQUIRE(on.log_questions.size() == 1);
    CHECK(on.log_questions[0].to == on.connections.at(on.olga));
    CHECK(on.log_questions[0].network == on.server->records().network(on.home)->id);
    CHECK(on.log_questions[0].after == 7);
    CHECK(on.log_questions[0].limit == 1000);
    CHECK(on.refusal(on.adam, wire::read_log{on.home, 0, 1}).has_value());
    CHECK(on.log_questions.size() == 1);
}
