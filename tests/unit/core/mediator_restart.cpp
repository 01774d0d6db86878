#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

/// A pair with a tunnel, and a stranger.
struct pair_with_a_tunnel : mediation {
    pair_with_a_tunnel() {
        anna = make_account("anna");
        berta = make_account("berta");
        stranger = make_account("stranger");
        for (const auto node : {anna, berta, stranger})
            come_online(node);
        make_network("home", {anna, berta});
        REQUIRE(nodes[anna].tunnels.size() == 1);
        forget();
    }
    [[nodiscard]] wire::kept_tunnel claim_of(node_id node) { return nodes[node].claims().at(0); }
    node_id anna, berta, stranger;
};

constexpr spi some_in{0x90000000U};
constexpr spi some_out{0xa0000000U};

}  // namespace

TEST_CASE("after a restart of the server a tunnel that both ends have is kept, whoever comes first") {
    pair_with_a_tunnel on;
    const bool anna_first = GENERATE(true, false);
    const auto first = anna_first ? on.anna : on.berta;
    const auto second = anna_first ? on.berta : on.anna;
    on.restart_server();
    on.forget();
    on.come_back(first);
    on.advance(10s);
    on.come_back(second);
    on.advance(60s);
    CHECK(on.server->tunnel_count() == 1);
    for (const auto node : {on.anna, on.berta}) {
        CHECK(on.told<wire::tunnel_open>(node).empty());
        CHECK(on.told<wire::tunnel_close>(node).empty());
        CHECK(on.told<wire::peer_candidates>(node).size() >= 1);
    }
    // The server knows it as its own now.
    REQUIRE(on.succeeds(second == on.anna ? on.berta : on.berta, wire::leave_network{net("home")}));
    CHECK(on.nodes[on.anna].tunnels.empty());
    CHECK(on.nodes[on.berta].tunnels.empty());
}

TEST_CASE("after a restart of the server nothing is closed because the other end is not back yet") {
    pair_with_a_tunnel on;
    on.restart_server();
    on.forget();
    on.come_back(on.anna);
    on.advance(10min);
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    CHECK(on.nodes[on.anna].tunnels.size() == 1);
    on.come_back(on.berta);
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a tunnel that one end has lost gets a fresh introduction") {
    pair_with_a_tunnel on;
    on.restart_server();
    const bool claimant_first = GENERATE(true, false);
    on.forget();
    if (claimant_first) on.come_back(on.anna);
    on.come_online(on.berta);
    if (!claimant_first) on.come_back(on.anna);
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    // The old one is remembered: it ends with the pair.
    REQUIRE(on.succeeds(on.berta, wire::leave_network{net("home")}));
    CHECK(on.nodes[on.anna].tunnels.empty());
}

TEST_CASE("claims that do not match get a fresh introduction") {
    pair_with_a_tunnel on;
    auto changed = on.claim_of(on.berta);
    changed.in.value ^= 4U;
    on.restart_server();
    on.forget();
    on.come_back(on.anna);
    on.come_online(on.berta, {changed});
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a node that restarted gets fresh introductions, as do its peers") {
    pair_with_a_tunnel on;
    const bool announced = GENERATE(true, false);
    if (announced) on.disconnect(on.anna);
    on.come_online(on.anna);
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_close>(on.berta).empty());
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a reconnecting node that has its tunnel keeps it and learns where the peer is now") {
    pair_with_a_tunnel on;
    on.disconnect(on.anna);
    const wire::candidate moved{wire::candidate_kind::host, *parse_endpoint("192.0.2.9:5000")};
    REQUIRE(on.succeeds(on.berta, wire::endpoints{{moved}, {}}));
    on.forget();
    on.come_back(on.anna);
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.told<wire::peer_candidates>(on.anna).at(0).candidates == std::vector{moved});
}

TEST_CASE("a pair that built a second tunnel when the server went keeps both until one is the pair's") {
    pair_with_a_tunnel on;
    REQUIRE(on.succeeds(on.anna, wire::tunnel_request{on.berta}));
    REQUIRE(on.nodes[on.anna].tunnels.size() == 2);
    on.restart_server();
    on.forget();
    on.come_back(on.anna);
    on.come_back(on.berta);
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.server->tunnel_count() == 1);
    REQUIRE(on.succeeds(on.berta, wire::leave_network{net("home")}));
    CHECK(on.nodes[on.anna].tunnels.empty());
    CHECK(on.nodes[on.berta].tunnels.empty());
}

TEST_CASE("a claim is closed if the network went while its holder was away") {
    pair_with_a_tunnel on;
    on.disconnect(on.anna);
    REQUIRE(on.succeeds(on.berta, wire::leave_network{net("home")}));
    CHECK(on.nodes[on.berta].tunnels.empty());
    on.forget();
    on.come_back(on.anna);
    CHECK(on.told<wire::tunnel_close>(on.anna).at(0).reason == "no_common_network");
    CHECK(on.nodes[on.anna].tunnels.empty());
}

TEST_CASE("a claim that waits is closed when the network goes") {
    pair_with_a_tunnel on;
    on.restart_server();
    on.come_back(on.anna);
    const bool deleted = GENERATE(true, false);
    on.connect(on.berta);
    if (deleted) {
        REQUIRE(on.succeeds(on.anna, wire::delete_network{net("home")}));
    } else {
        on.hello(on.berta);
        REQUIRE(on.succeeds(on.berta, wire::leave_network{net("home")}));
    }
    CHECK(on.nodes[on.anna].tunnels.empty());
}

TEST_CASE("a claim to a stranger's tunnel is closed like one to nobody's and reveals nothing") {
    pair_with_a_tunnel on;
    const auto theirs = on.claim_of(on.anna);
    on.disconnect(on.stranger);
    on.forget();
    on.come_online(on.stranger, {{on.anna, theirs.in, theirs.out},
                                 {on.berta, theirs.out, theirs.in},
                                 {node_id{4711}, some_in, some_out},
                                 {on.stranger, some_in, some_out}});
    const auto closes = on.told<wire::tunnel_close>(on.stranger);
    REQUIRE(closes.size() == 4);
    for (const auto& close : closes)
        CHECK(close.reason == "no_common_network");
    CHECK(closes[0].in == theirs.in);
    CHECK(on.told_count(on.anna) == 0);
    CHECK(on.told_count(on.berta) == 0);
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("two nodes cannot adopt the SPIs of another pair") {
    pair_with_a_tunnel on;
    const auto mallory = on.make_account("mallory");
    on.come_online(mallory);
    on.make_network("hostile", {mallory, on.stranger});
    const auto theirs = on.claim_of(on.anna);
    on.disconnect(mallory);
    on.disconnect(on.stranger);
    on.advance(21s);
    on.forget();
    on.come_online(mallory, {{on.stranger, theirs.in, theirs.out}});
    on.come_online(on.stranger, {{mallory, theirs.out, theirs.in}});
    REQUIRE(on.told<wire::tunnel_open>(mallory).size() == 1);
    CHECK(on.told<wire::tunnel_open>(mallory)[0].in != theirs.in);
    CHECK(on.told_count(on.anna) == 0);
    // Nor does the end of their pair free what is not theirs.
    on.succeeds(mallory, wire::delete_network{net("hostile")});
    CHECK(on.server->tunnel_count() == 1);
    CHECK(on.nodes[on.anna].tunnels.size() == 1);
}

TEST_CASE("nonsense claims are closed") {
    pair_with_a_tunnel on;
    on.disconnect(on.anna);
    on.forget();
    on.come_online(on.anna, {{on.berta, {0x10000000U}, some_out},
                             {on.berta, some_in, {0xa0000001U}},
                             {on.berta, some_in, some_in},
                             {on.berta, {0x80000004U}, some_out},
                             {on.berta, {0x80000008U}, some_out},
                             {on.berta, {0x8000000cU}, some_out}});
    CHECK(on.told<wire::tunnel_close>(on.anna).size() == 4);
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
}
