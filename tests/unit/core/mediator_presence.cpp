#include "buri/wire/frame.hpp"
#include "tests/unit/core/mediation.hpp"
#include "tests/unit/core/mediator_crowd.hpp"

using namespace buri;
using namespace buri::test;

namespace {

struct two_friends_and_a_stranger : mediation {
    two_friends_and_a_stranger() {
        anna = make_account("anna");
        berta = make_account("berta");
        stranger = make_account("stranger");
        for (const auto node : {anna, berta, stranger})
            come_online(node);
        make_network("home", {anna, berta});
        make_network("elsewhere", {stranger});
        forget();
    }
    node_id anna, berta, stranger;
};

}  // namespace

TEST_CASE("hello is answered with ok and then everything the node may know") {
    two_friends_and_a_stranger on;
    on.disconnect(on.anna);
    on.forget();
    on.connect(on.anna);
    on.hello(on.anna);
    const auto syncs = on.told<wire::sync>(on.anna);
    REQUIRE(syncs.size() == 1);
    CHECK(syncs[0].id == on.anna);
    CHECK(syncs[0].nickname == "anna");
    CHECK(syncs[0].pool == "100.64.0.0/10");
    CHECK(syncs[0].ula == "fd00:1:2:3::/64");
    REQUIRE(syncs[0].networks.size() == 1);
    const auto& home = syncs[0].networks[0];
    CHECK(home.settings.network.text() == "home");
    CHECK(home.settings.owner == on.anna);
    CHECK(home.settings.open);
    CHECK(home.settings.encryption);
    CHECK_FALSE(home.settings.locked);
    CHECK(home.settings.max_members == 256);
    CHECK(home.members == std::vector<wire::member_info>{{on.anna, "anna", {}}, {on.berta, "berta", {}}});
    CHECK_FALSE(home.waiting);
    CHECK(syncs[0].plan.name == "premium");
    CHECK(syncs[0].session != 0);
    REQUIRE(syncs[0].peers.size() == 1);
    CHECK(syncs[0].peers[0].id == on.berta);
    CHECK(syncs[0].peers[0].online);
    CHECK(syncs[0].peers[0].fingerprint.starts_with("SHA256:"));
}

TEST_CASE("coming and going is told to peers, never to strangers") {
    two_friends_and_a_stranger on;
    REQUIRE(on.succeeds(on.anna, wire::bye{}));
    REQUIRE(on.told<wire::peer_event>(on.berta).size() == 1);
    CHECK_FALSE(on.told<wire::peer_event>(on.berta)[0].peer.online);
    CHECK(on.told<wire::tunnel_close>(on.berta).at(0).reason == "offline");
    CHECK(on.disconnects.size() == 1);
    CHECK(on.server->online_count() == 2);
    on.come_online(on.anna);
    CHECK(on.told<wire::peer_event>(on.berta).back().peer.online);
    CHECK(on.told_count(on.stranger) == 0);
}

TEST_CASE("a connection lost for less than 20 s is not noticed by peers") {
    two_friends_and_a_stranger on;
    on.disconnect(on.anna);
    on.advance(19999ms);
    CHECK(on.server->online_count() == 3);
    on.come_back(on.anna);
    on.advance(60s);
    CHECK(on.told<wire::peer_event>(on.berta).empty());
    CHECK(on.told<wire::tunnel_close>(on.berta).empty());
    CHECK(on.told<wire::tunnel_open>(on.berta).empty());
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a connection lost for 20 s takes the node offline and closes its tunnels") {
    two_friends_and_a_stranger on;
    on.disconnect(on.anna);
    on.advance(20s);
    CHECK(on.server->online_count() == 2);
    CHECK(on.told<wire::peer_event>(on.berta).size() == 1);
    REQUIRE(on.told<wire::tunnel_close>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_close>(on.berta)[0].reason == "offline");
    CHECK(on.server->tunnel_count() == 0);
    CHECK(on.told_count(on.stranger) == 0);
    CHECK(on.server->next_deadline() == never);  // nothing is left to do
}

TEST_CASE("connections without a hello do not lengthen the absence") {
    two_friends_and_a_stranger on;
    on.disconnect(on.anna);
    for (int second = 0; second < 19; second += 2) {
        on.connect(on.anna);
        on.advance(1s);
        on.disconnect(on.anna);
        on.advance(1s);
    }
    on.connect(on.anna);
    CHECK(on.server->online_count() == 2);
    on.hello(on.anna);
    CHECK(on.server->online_count() == 3);
}

TEST_CASE("the newest connection of a node wins and the old one is told why") {
    two_friends_and_a_stranger on;
    const auto old = on.connections.at(on.anna);
    on.connect(on.anna);
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects[0].which == old);
    CHECK(on.disconnects[0].why.text.find("another connection") != std::string::npos);
    on.forget();
    // What still comes of the old one means nothing.
    on.server->on_message(old, {1, wire::leave_network{net("home")}}, on.today, on.now);
    on.server->on_disconnected(old, on.now);
    on.drain();
    CHECK(on.output_count == 0);
    on.hello(on.anna, on.nodes[on.anna].claims());
    CHECK(on.told<wire::sync>(on.anna).size() == 1);
    on.advance(60s);
    CHECK(on.told<wire::peer_event>(on.berta).empty());
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a connection of an account that does not exist is ended") {
    mediation on;
    on.connect(node_id{77});
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects[0].why.code == errc::account_unknown);
}

TEST_CASE("a new member and those it finds learn of each other, and of a new name") {
    two_friends_and_a_stranger on;
    REQUIRE(on.succeeds(on.stranger, wire::join_network{net("HOME"), {}, {}}));
    CHECK(on.told<wire::peer_event>(on.stranger).size() == 2);
    CHECK(on.told<wire::network_event>(on.stranger).at(0).network.members.size() == 3);
    CHECK(on.told<wire::network_event>(on.stranger).at(0).network.settings.network.text() == "home");
    CHECK(on.told<wire::peer_event>(on.anna).size() == 1);
    CHECK(on.told<wire::member_joined>(on.anna).at(0) ==
          wire::member_joined{net("home"), {on.stranger, "stranger", {}}});
    on.forget();
    REQUIRE(on.succeeds(on.stranger, wire::set_nickname{"friend"}));
    CHECK(on.told<wire::peer_event>(on.anna).at(0).peer.nickname == "friend");
    CHECK(on.told<wire::peer_event>(on.berta).size() == 1);
    on.forget();
    REQUIRE(on.succeeds(on.stranger, wire::leave_network{net("home")}));
    CHECK(on.told<wire::network_gone>(on.stranger).at(0) == wire::network_gone{net("home"), "left", ""});
    CHECK(on.told<wire::member_left>(on.berta).at(0) == wire::member_left{net("home"), on.stranger, "left"});
    on.forget();
    REQUIRE(on.succeeds(on.stranger, wire::set_nickname{"gone"}));
    CHECK(on.told_count(on.anna) == 0);
}

TEST_CASE("a deleted network is gone for all its members") {
    two_friends_and_a_stranger on;
    CHECK(on.refusal(on.berta, wire::delete_network{net("home")}) == errc::not_owner);
    REQUIRE(on.succeeds(on.anna, wire::delete_network{net("home")}));
    CHECK(on.told<wire::network_gone>(on.anna).at(0) == wire::network_gone{net("home"), "deleted", ""});
    CHECK(on.told<wire::network_gone>(on.berta).size() == 1);
    CHECK(on.told_count(on.stranger) == 0);
    CHECK(on.refusal(on.anna, wire::delete_network{net("home")}) == errc::network_not_found);
}

TEST_CASE("a sync too large for a frame says the rest in events") {
    auto settings = usual_settings();
    settings.plans = plan_of_limits(0, 0);
    mediation on(settings);
    crowd_builder crowd(on.today);
    const node_id self{1};
    crowd.account(self);
    const std::uint32_t sizes[] = {900, 1200, 900, 5000};
    for (std::uint32_t network = 1; network <= 4; ++network) {
        crowd.network(network, "net-" + std::to_string(network), self);
        for (std::uint32_t i = 0; i < sizes[network - 1]; ++i) {
            crowd.account({network * 10'000 + i});
            crowd.member(network, {network * 10'000 + i});
        }
    }
    on.history.push_back(crowd.change);
    on.restart_server();
    on.connect(self);
    on.hello(self);
    CHECK(on.told<wire::sync>(self).at(0).networks.size() == 2);
    CHECK(on.told<wire::sync>(self).at(0).peers.size() == 2100);
    CHECK(on.nodes[self].peers.size() == 8000);
    CHECK(on.knows_the_truth(self));
    for (const auto& [node, event] : on.events)
        CHECK(wire::encode(wire::numbered_event{1, event}).size() < wire::max_frame);
}
