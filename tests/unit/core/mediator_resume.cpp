// A node that was away for a moment goes on where it was.
#include "buri/core/mediator/backlog.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

struct household : mediation {
    household() {
        olga = make_account("olga");
        mia = make_account("mia");
        come_online(olga);
        come_online(mia);
        make_network("home", {olga, mia});
        forget();
    }
    node_id olga, mia;
    const network_name home = net("home");
};

}  // namespace

TEST_CASE("a node that comes back is told what it missed and nothing else") {
    household on;
    on.disconnect(on.mia);
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, true, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::set_nickname{"olivia"}));
    on.forget();
    on.come_back(on.mia);
    CHECK(on.told<wire::resumed>(on.mia).size() == 1);
    CHECK(on.told<wire::sync>(on.mia).empty());
    CHECK(on.told<wire::settings_event>(on.mia).size() == 1);
    CHECK(on.told<wire::member_changed>(on.mia).size() == 1);
    CHECK(on.told<wire::peer_event>(on.mia).size() == 1);
    CHECK(on.knows_the_truth(on.mia));
    CHECK(on.told<wire::tunnel_open>(on.mia).empty());
}

TEST_CASE("events that were on their way when the connection was lost are told again, and tunnels are not") {
    household on;
    auto before = on.nodes[on.mia];
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, true, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::tunnel_request{on.mia}));
    REQUIRE(on.succeeds(on.olga, wire::set_nickname{"olivia"}));
    on.nodes[on.mia] = before;  // none of it arrived
    on.disconnect(on.mia);
    on.forget();
    on.come_back(on.mia);
    CHECK(on.told<wire::resumed>(on.mia).size() == 1);
    CHECK(on.told<wire::settings_event>(on.mia).size() == 1);
    CHECK(on.knows_the_truth(on.mia));
    CHECK(on.nodes[on.mia].tunnels_to(on.olga) == 2);  // the one it had, and a fresh one
    // A second loss in the middle of that is no other case.
    before = on.nodes[on.mia];
    on.disconnect(on.mia);
    REQUIRE(on.succeeds(on.olga, wire::set_nickname{"ophelia"}));
    on.come_back(on.mia);
    CHECK(on.knows_the_truth(on.mia));
}

TEST_CASE("what cannot be resumed is told in full") {
    household on;
    const auto point = *on.nodes[on.mia].resume_point();
    auto asked = point;
    SECTION("another session") {
        asked.session ^= 1U;
    }
    SECTION("an event that was never told") {
        asked.sequence = point.sequence + 1;
    }
    SECTION("it was away too long") {
        on.disconnect(on.mia);
        on.advance(21s);
    }
    SECTION("the server restarted") {
        on.restart_server();
    }
    SECTION("too much has happened") {
        on.disconnect(on.mia);
        for (int i = 0; i <= 300; ++i) {
            on.ask(on.olga, wire::set_access{on.home, {}, {}, i % 2 == 0, {}, {}});
            if (i % 10 == 0) on.advance(50ms);
        }
    }
    on.forget();
    on.connect(on.mia);
    on.hello(on.mia, {}, {2, 3}, asked);
    CHECK(on.told<wire::resumed>(on.mia).empty());
    REQUIRE(on.told<wire::sync>(on.mia).size() == 1);
    CHECK(on.told<wire::sync>(on.mia)[0].session != point.session);
    CHECK(on.knows_the_truth(on.mia));
}

TEST_CASE("a node that left a network while it was away is told so, and nothing that came after") {
    household on;
    const auto sam = on.make_account("sam");
    on.come_online(sam);
    on.disconnect(on.mia);
    REQUIRE(on.succeeds(on.olga, wire::evict_member{on.home, on.mia}));
    REQUIRE(on.succeeds(sam, wire::join_network{on.home, {}, {}}));
    on.forget();
    on.come_back(on.mia);
    CHECK(on.told<wire::network_gone>(on.mia).size() == 1);
    CHECK(on.told<wire::member_joined>(on.mia).empty());
    CHECK_FALSE(on.nodes[on.mia].peers.contains(sam));
    CHECK(on.nodes[on.mia].tunnels.empty());
}

TEST_CASE("a node that lost a network while it was away is told nothing of what happened there before") {
    household on;
    const auto sam = on.make_account("sam");
    on.come_online(sam);
    on.make_network("other", {on.olga, on.mia});
    on.disconnect(on.mia);
    REQUIRE(on.succeeds(sam, wire::join_network{on.home, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, true, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::set_access{net("other"), {}, {}, true, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::set_nickname{"olivia"}));
    const bool is_deleted = GENERATE(true, false);
    if (is_deleted) {
        REQUIRE(on.succeeds(on.olga, wire::delete_network{on.home}));
    } else {
        REQUIRE(on.succeeds(on.olga, wire::evict_member{on.home, on.mia}));
    }
    on.forget();
    on.come_back(on.mia);
    CHECK(on.told<wire::resumed>(on.mia).size() == 1);
    CHECK(on.told<wire::network_gone>(on.mia).size() == 1);
    CHECK(on.told<wire::member_joined>(on.mia).empty());
    REQUIRE(on.told<wire::settings_event>(on.mia).size() == 1);
    CHECK(on.told<wire::settings_event>(on.mia)[0].settings.network == net("other"));
    REQUIRE(on.told<wire::peer_event>(on.mia).size() == 1);
    CHECK(on.told<wire::peer_event>(on.mia)[0].peer.id == on.olga);
    CHECK(on.knows_the_truth(on.mia));
}

TEST_CASE("an administrator that lost the privilege while it was away is not told who waited") {
    household on;
    const auto sam = on.make_account("sam");
    on.come_online(sam);
    REQUIRE(on.succeeds(on.olga, wire::set_access{on.home, {}, {}, {}, true, {}}));
    REQUIRE(on.succeeds(on.olga, wire::grant_privileges{on.home, on.mia, {privilege::approve}}));
    on.disconnect(on.mia);
    REQUIRE(on.succeeds(sam, wire::join_network{on.home, {}, {}}));
    REQUIRE(on.succeeds(on.olga, wire::revoke_privileges{on.home, on.mia, {privilege::approve}}));
    on.forget();
    on.come_back(on.mia);
    CHECK(on.told<wire::resumed>(on.mia).size() == 1);
    CHECK(on.told<wire::member_requested>(on.mia).empty());
    REQUIRE(on.told<wire::network_event>(on.mia).size() == 1);
    CHECK(on.told<wire::network_event>(on.mia)[0].network.applicants.empty());
    CHECK(on.knows_the_truth(on.mia));
}

TEST_CASE("a backlog is bounded by count and by memory, and says how far back it reaches") {
    core::backlog missed;
    for (std::uint64_t i = 1; i <= 300; ++i)
        missed.keep(i, wire::network_gone{net("home"), "left", ""});
    CHECK(missed.size() == core::backlog::max_events);
    CHECK(missed.reaches_back_to(44));
    CHECK_FALSE(missed.reaches_back_to(43));
    CHECK(missed.take_after(298).size() == 2);
    CHECK(missed.size() == 0);
    for (std::uint64_t i = 301; i <= 400; ++i)
        missed.keep(i, wire::network_gone{net("home"), "left", std::string(10'000, 'x')});
    CHECK(missed.size() < 30);
    CHECK(missed.weight() <= core::backlog::max_bytes);
    CHECK_FALSE(missed.reaches_back_to(300));
    CHECK(missed.reaches_back_to(399));
}
