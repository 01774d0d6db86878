// Welcomes, announcements, the end of plans, tunnels without encryption, and new keys.
#include "buri/core/key_change.hpp"
#include "buri/core/mediator/deliveries.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

struct household : mediation {
    household() {
        olga = make_account("olga");
        mia = make_account("mia");
        plain_allowed = {olga, mia};
        come_online(olga);
        come_online(mia);
        make_network("home", {olga, mia});
        forget();
    }
    void announce(const std::string& text) { REQUIRE(succeeds(olga, wire::make_announcement{home, text})); }
    void confirm(node_id node, std::uint64_t announcement) {
        ask(node, wire::confirm_messages{home, false, announcement});
        advance(1s);
    }
    [[nodiscard]] bool is_plain(node_id from) const {
        const auto& tunnels = nodes.at(from).tunnels;
        const auto newest = std::ranges::max_element(tunnels, {}, [](const auto& each) { return each.second.order; });
        return newest->second.plain;
    }
    node_id olga, mia;
    const network_name home = net("home");
};

}  // namespace

TEST_CASE("a welcome is delivered to a new member until it is confirmed, also to one that was offline") {
    household on;
    REQUIRE(on.succeeds(on.olga, wire::set_welcome{on.home, "be nice"}));
    CHECK(on.told<wire::welcome_event>(on.mia).empty());
    const auto sam = on.make_account("sam");
    on.come_online(sam);
    REQUIRE(on.succeeds(sam, wire::join_network{on.home, {}, {}}));
    REQUIRE(on.told<wire::welcome_event>(sam).size() == 1);
    CHECK(on.told<wire::welcome_event>(sam)[0].text == "be nice");
    on.forget();
    on.disconnect(sam);
    on.come_back(sam);
    CHECK(on.told<wire::welcome_event>(sam).size() == 1);
    on.ask(sam, wire::confirm_messages{on.home, true, 0});
    on.advance(1s);
    on.forget();
    on.disconnect(sam);
    on.come_back(sam);
    on.come_online(sam);
    CHECK(on.told<wire::welcome_event>(sam).empty());
}

TEST_CASE("an announcement reaches members now or when they come, and the author not at all") {
    household on;
    on.disconnect(on.mia);
    on.advance(1min);
    on.announce("first");
    on.announce("second");
    CHECK(on.told<wire::announcement_event>(on.olga).empty());
    CHECK(on.told<wire::settings_event>(on.olga).back().settings.latest->text == "second");
    on.come_back(on.mia);
    const auto told = on.told<wire::announcement_event>(on.mia);
    REQUIRE(told.size() == 2);
    CHECK(told[0].message.text == "first");
    CHECK(told[1].message.author_name == "olga");
    on.confirm(on.mia, told[1].message.id);
    on.forget();
    on.come_online(on.mia);
    CHECK(on.told<wire::announcement_event>(on.mia).empty());
}

TEST_CASE("many announcements come a few at a time, as they are confirmed") {
    household on;
    on.disconnect(on.mia);
    on.advance(1min);
    for (int i = 0; i < 20; ++i)
        on.announce("number " + std::to_string(i));
    on.come_back(on.mia);
    std::size_t confirmed = 0;
    while (true) {
        const auto told = on.told<wire::announcement_event>(on.mia);
        if (told.size() == confirmed) break;
        CHECK(told.size() - confirmed <= core::deliveries::max_unconfirmed);
        confirmed = told.size();
        on.confirm(on.mia, told.back().message.id);
    }
    CHECK(confirmed == 20);
}

TEST_CASE("confirmations of a second are one commit, answered when it is durable") {
    household on;
    const auto sam = on.make_account("sam");
    on.come_online(sam);
    REQUIRE(on.succeeds(sam, wire::join_network{on.home, {}, {}}));
    on.announce("hear this");
    const auto id = on.told<wire::announcement_event>(on.mia).at(0).message.id;
    const auto commits = on.history.size();
    const auto by_mia = on.ask(on.mia, wire::confirm_messages{on.home, false, id});
    const auto by_sam = on.ask(sam, wire::confirm_messages{on.home, false, id});
    CHECK_FALSE(on.answers.contains(by_mia));
    const bool leaves = GENERATE(true, false);
    if (leaves) {
        on.disconnect(sam);
    } else {
        on.advance(1s);
    }
    CHECK(on.history.size() == commits + 1);
    CHECK(std::holds_alternative<wire::ok_answer>(on.answers.at(by_mia)));
    CHECK(on.answers.contains(by_sam) != leaves);
    CHECK(on.server->records().member(1, sam)->last_announcement == id);
    CHECK_FALSE(on.answered<wire::ok_answer>(on.mia, wire::confirm_messages{on.home, false, id}).changed);
}

TEST_CASE("a confirmation that did not become durable is an error, and the message comes again") {
    household on;
    on.announce("hear this");
    const auto id = on.told<wire::announcement_event>(on.mia).at(0).message.id;
    on.fail_next_commit = error{errc::disk_full, "the disk is full"};
    const auto number = on.ask(on.mia, wire::confirm_messages{on.home, false, id});
    on.advance(1s);
    CHECK(std::holds_alternative<wire::error_answer>(on.answers.at(number)));
    on.come_online(on.mia);
    CHECK(on.told<wire::announcement_event>(on.mia).size() == 2);
}

TEST_CASE("the end of a plan is announced for 14 days, and then told with all that it changes") {
    household on;
    on.set_plan(on.olga, "premium", on.today + std::chrono::days(20));
    auto settings = usual_settings();
    settings.plans = core::plan_table({free_plan(), premium_plan()}, "free");
    on.configure(settings);
    on.forget();
    on.advance(std::chrono::days(5));
    CHECK(on.told<wire::notice>(on.olga).empty());
    on.advance(std::chrono::days(2));
    const auto warned = on.told<wire::notice>(on.olga).size();
    CHECK(warned >= 1);
    CHECK(warned <= 2);
    const auto text = on.told<wire::notice>(on.olga)[0].text;
    CHECK(text.find("'premium'") != std::string::npos);
    CHECK(text.find("vpn licence install") != std::string::npos);
    CHECK(on.told<wire::plan_event>(on.olga).empty());
    on.forget();
    on.come_online(on.olga);
    CHECK(on.told<wire::notice>(on.olga).size() == 1);
    on.disconnect(on.olga);
    const bool is_there = GENERATE(true, false);
    if (is_there) on.come_online(on.olga);
    on.forget();
    on.advance(std::chrono::days(14));
    CHECK(on.told<wire::settings_event>(on.mia).at(0).settings.max_members == 16);
    CHECK(on.told<wire::plan_event>(on.olga).size() == (is_there ? 1 : 0));
    CHECK(on.told<wire::notice>(on.mia).empty());
    CHECK(on.knows_the_truth(on.mia));
}

TEST_CASE("a tunnel is without encryption only while everybody and every network in common agrees") {
    household on;
    const auto set = [&](bool encrypted) {
        REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, {}, {}, encrypted}));
    };
    CHECK_FALSE(on.is_plain(on.mia));
    set(false);
    CHECK(on.is_plain(on.mia));
    CHECK(on.is_plain(on.olga));
    CHECK(on.nodes[on.mia].tunnels_to(on.olga) == 2);
    SECTION("the network") {
        set(true);
    }
    SECTION("another network in common") {
        on.make_network("work", {on.mia, on.olga});
    }
    SECTION("the plan of one") {
        on.set_plan(on.mia, "free");
    }
    SECTION("the plan of the owner") {
        on.set_plan(on.olga, "free");
    }
    SECTION("the node") {
        on.plain_allowed.erase(on.mia);
        on.disconnect(on.mia);
        on.come_back(on.mia);
    }
    CHECK_FALSE(on.is_plain(on.mia));
    CHECK_FALSE(on.is_plain(on.olga));
}

TEST_CASE(
    "a second network that is encrypted no more counts, and a tunnel kept through a restart is not trusted to be "
    "encrypted") {
    household on;
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, {}, {}, false}));
    on.make_network("work", {on.mia, on.olga});
    CHECK_FALSE(on.is_plain(on.mia));
    on.restart_server();
    on.come_back(on.olga);
    on.come_back(on.mia);
    CHECK_FALSE(on.is_plain(on.mia));
    CHECK(on.told<wire::tunnel_open>(on.mia).size() == 3);
    REQUIRE(on.succeeds(on.olga, wire::leave_network{net("work")}));
    CHECK(on.is_plain(on.mia));
}

TEST_CASE("a new key is told to peers, and the tunnels are introduced again when the node asks or comes back") {
    household on;
    auto old_key = crypto::identity_key::generate_ed25519(on.random);
    auto new_key = crypto::identity_key::generate_ed25519(on.random);
    const auto rose = on.make_account("rose", to_string(old_key.public_part().blob()));
    on.come_online(rose);
    REQUIRE(on.succeeds(rose, wire::join_network{on.home, {}, {}}));
    on.forget();
    wire::rotate_key wish;
    wish.key = new_key.public_part().blob();
    const auto signed_data = core::key_change_message(rose, old_key.public_part().blob(), wish.key);
    wish.by_old = old_key.sign(suite_id::aes, signed_data);
    wish.by_new = new_key.sign(suite_id::aes, signed_data);
    REQUIRE(on.succeeds(rose, wish));
    REQUIRE(on.told<wire::peer_event>(on.mia).size() == 1);
    CHECK(on.told<wire::peer_event>(on.mia)[0].peer.fingerprint == crypto::fingerprint(wish.key));
    CHECK(on.told<wire::tunnel_open>(rose).empty());
    const bool asks = GENERATE(true, false);
    if (asks) {
        REQUIRE(on.succeeds(rose, wire::tunnel_request{on.mia}));
    } else {
        on.disconnect(rose);
        on.come_back(rose);
    }
    REQUIRE(on.told<wire::tunnel_open>(on.mia).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.mia)[0].key == wish.key);
}
