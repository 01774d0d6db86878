#include "buri/crypto/identity_key.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

/// Anna, Berta and Carl have accounts; Anna and Berta are online in one network.
struct three_nodes : mediation {
    explicit three_nodes(core::mediator_settings settings = usual_settings()) : mediation(std::move(settings)) {
        anna = make_account("anna");
        berta = make_account("berta");
        carl = make_account("carl");
        come_online(anna);
        come_online(berta);
        make_network("home", {anna, berta});
    }
    node_id anna, berta, carl;
};

}  // namespace

TEST_CASE("two online nodes are introduced in the step in which they come to share a network") {
    three_nodes on;
    const auto opens = on.told<wire::tunnel_open>(on.anna);
    REQUIRE(opens.size() == 1);
    CHECK(opens[0].peer == on.berta);
    CHECK(opens[0].nickname == "berta");
    CHECK(opens[0].candidates == std::vector{mediation::candidate_of(on.berta)});
    CHECK(opens[0].networks == std::vector{net("home")});
    CHECK(opens[0].suite == 2);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.server->tunnel_count() == 1);
}

TEST_CASE("a second network in common opens nothing, and only the last one that goes closes") {
    three_nodes on;
    on.forget();
    on.make_network("work", {on.berta, on.anna});
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    REQUIRE(on.succeeds(on.anna, wire::delete_network{net("home")}));
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.server->tunnel_count() == 1);
    REQUIRE(on.succeeds(on.anna, wire::leave_network{net("work")}));
    const auto closes = on.told<wire::tunnel_close>(on.anna);
    REQUIRE(closes.size() == 1);
    CHECK(closes[0].reason == "no_common_network");
    CHECK(on.told<wire::tunnel_close>(on.berta).size() == 1);
    CHECK(on.server->tunnel_count() == 0);
    CHECK(on.nodes[on.anna].tunnels.empty());
    CHECK(on.nodes[on.berta].tunnels.empty());
}

TEST_CASE("a node without endpoints is introduced 300 ms after its hello") {
    three_nodes on;
    on.disconnect(on.anna);
    on.advance(21s);
    on.forget();
    on.connect(on.anna);
    on.hello(on.anna);
    on.advance(299ms);
    CHECK(on.told<wire::tunnel_open>(on.anna).empty());
    on.advance(1ms);
    REQUIRE(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta)[0].candidates.empty());
    on.tell_endpoints(on.anna);
    REQUIRE(on.told<wire::peer_candidates>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
}

TEST_CASE("a node that does not say hello is not introduced and not seen") {
    three_nodes on;
    on.connect(on.carl);
    on.forget();
    on.advance(10s);
    CHECK(on.output_count == 0);
    CHECK(on.server->online_count() == 2);
    CHECK(on.refusal(on.carl, wire::join_network{net("home"), {}, {}}) == errc::out_of_order);
    CHECK(on.refusal(on.carl, wire::endpoints{}) == errc::out_of_order);
    CHECK(on.refusal(on.carl, wire::ping{}) == errc::out_of_order);
    on.hello(on.carl);
    CHECK(on.refusal(on.carl, wire::hello{"again", {2}, {}, {}, {}}) == errc::out_of_order);
    CHECK(on.succeeds(on.carl, wire::ping{}));
}

TEST_CASE("new candidates are told to the peers with a tunnel, the same ones are not") {
    three_nodes on;
    on.come_online(on.carl);
    on.make_network("other", {on.carl});
    on.forget();
    on.tell_endpoints(on.anna);
    CHECK(on.told<wire::peer_candidates>(on.berta).empty());
    const wire::candidate moved{wire::candidate_kind::host, *parse_endpoint("192.0.2.9:5000")};
    REQUIRE(on.succeeds(on.anna, wire::endpoints{{moved}, wire::nat_kind::unknown}));
    REQUIRE(on.told<wire::peer_candidates>(on.berta).size() == 1);
    CHECK(on.told<wire::peer_candidates>(on.berta)[0].peer == on.anna);
    CHECK(on.told<wire::peer_candidates>(on.berta)[0].candidates == std::vector{moved});
    CHECK(on.told_count(on.carl) == 0);
}

TEST_CASE("a flood of candidates is held back, and the newest are told in the end") {
    three_nodes on;
    on.forget();
    for (std::uint16_t port = 1; port <= 100; ++port) {
        REQUIRE(on.succeeds(on.anna,
                            wire::endpoints{{{wire::candidate_kind::host, {ip_address::v4(0xc0000201U), port}}}, {}}));
    }
    CHECK(on.told<wire::peer_candidates>(on.berta).size() == 8);
    on.advance(30s);
    const auto told = on.told<wire::peer_candidates>(on.berta);
    REQUIRE(told.size() == 9);
    CHECK(told.back().candidates[0].at.port == 100);
}

TEST_CASE("insane candidates are left out and too many are refused") {
    three_nodes on;
    on.forget();
    const wire::candidate sane{wire::candidate_kind::mapped, *parse_endpoint("203.0.113.5:4000")};
    const wire::candidate inside{wire::candidate_kind::mapped, *parse_endpoint("100.64.0.9:4000")};
    const wire::candidate loop{wire::candidate_kind::host, *parse_endpoint("127.0.0.1:4000")};
    REQUIRE(on.succeeds(on.anna, wire::endpoints{{loop, sane, inside, sane}, {}}));
    CHECK(on.told<wire::peer_candidates>(on.berta).at(0).candidates == std::vector{sane});
    CHECK(on.refusal(on.anna, wire::endpoints{std::vector(11, sane), {}}) == errc::malformed);
    CHECK(on.told<wire::peer_candidates>(on.berta).size() == 1);
}

TEST_CASE("a tunnel asked for anew replaces the old one without closing it") {
    three_nodes on;
    on.forget();
    CHECK(on.succeeds(on.anna, wire::tunnel_request{on.berta}));
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.berta).size() == 1);
    CHECK(on.told<wire::tunnel_close>(on.anna).empty());
    CHECK(on.told<wire::tunnel_close>(on.berta).empty());
    CHECK(on.server->tunnel_count() == 1);
    CHECK(on.nodes[on.anna].tunnels_to(on.berta) == 2);
}

TEST_CASE("a tunnel is asked for anew once in 5 s, whichever end asks") {
    three_nodes on;
    CHECK(on.succeeds(on.anna, wire::tunnel_request{on.berta}));
    CHECK(on.refusal(on.anna, wire::tunnel_request{on.berta}) == errc::too_many_requests);
    on.advance(4999ms);
    CHECK(on.refusal(on.berta, wire::tunnel_request{on.anna}) == errc::too_many_requests);
    on.advance(1ms);
    CHECK(on.succeeds(on.berta, wire::tunnel_request{on.anna}));
}

TEST_CASE("the end of a pair closes also the tunnels that were replaced") {
    three_nodes on;
    for (int i = 0; i < 10; ++i) {
        REQUIRE(on.succeeds(on.anna, wire::tunnel_request{on.berta}));
        on.advance(5s);
    }
    // What was replaced long ago is closed, so that the memory of a pair has a bound.
    CHECK(on.nodes[on.anna].tunnels_to(on.berta) == 5);
    CHECK(on.told<wire::tunnel_close>(on.anna).at(0).reason == "replaced");
    REQUIRE(on.succeeds(on.berta, wire::leave_network{net("home")}));
    CHECK(on.nodes[on.anna].tunnels.empty());
    CHECK(on.nodes[on.berta].tunnels.empty());
}

TEST_CASE("strangers, nobody, oneself and the absent get no tunnel, and strangers look like nobody") {
    three_nodes on;
    on.come_online(on.carl);
    on.forget();
    CHECK(on.refusal(on.anna, wire::tunnel_request{on.carl}) == errc::peer_not_found);
    const auto of_stranger = on.last_text;
    CHECK(on.refusal(on.anna, wire::tunnel_request{node_id{12345}}) == errc::peer_not_found);
    const auto replace = [](std::string text, const std::string& what) {
        return text.replace(text.find(what), what.size(), "X");
    };
    CHECK(replace(of_stranger, to_string(on.carl)) == replace(on.last_text, to_string(node_id{12345})));
    CHECK(on.refusal(on.anna, wire::tunnel_request{on.anna}) == errc::peer_not_found);
    CHECK(on.told_count(on.carl) == 0);
    on.succeeds(on.berta, wire::bye{});
    CHECK(on.refusal(on.anna, wire::tunnel_request{on.berta}) == errc::peer_offline);
}

TEST_CASE("a tunnel asked for while the peer is away for a moment comes with the peer") {
    three_nodes on;
    on.disconnect(on.berta);
    CHECK(on.succeeds(on.anna, wire::tunnel_request{on.berta}));
    on.forget();
    on.come_back(on.berta);
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_close>(on.berta).empty());
}

TEST_CASE("without a suite in common both are told once, and a tunnel comes when one changes its list") {
    three_nodes on;
    on.come_online(on.carl, {}, {1});
    on.forget();
    REQUIRE(on.succeeds(on.carl, wire::join_network{net("home"), {}, {}}));
    REQUIRE(on.told<wire::notice>(on.carl).size() == 2);
    CHECK(on.told<wire::notice>(on.carl)[0].code == static_cast<std::uint16_t>(errc::suite_refused));
    REQUIRE(on.told<wire::notice>(on.anna).size() == 1);
    CHECK(on.told<wire::notice>(on.anna)[0].peer == on.carl);
    CHECK(on.told<wire::tunnel_open>(on.carl).empty());
    CHECK(on.refusal(on.carl, wire::tunnel_request{on.anna}) == errc::suite_refused);
    on.disconnect(on.carl);
    on.come_online(on.carl, {}, {1});
    CHECK(on.told<wire::notice>(on.anna).size() == 1);
    on.disconnect(on.carl);
    on.come_online(on.carl, {}, {3, 2});
    CHECK(on.told<wire::notice>(on.anna).size() == 1);
    CHECK(on.told<wire::tunnel_open>(on.anna).size() == 1);
}

TEST_CASE("the classic suite is only for two nodes with RSA keys, where the server allows it") {
    auto settings = usual_settings();
    settings.suites = {suite_id::classic, suite_id::aes};
    mediation on(settings);
    const auto rsa_blob = [] { return to_string(crypto::identity_key::generate_rsa(2048).public_part().blob()); };
    const auto old = on.make_account("old", rsa_blob());
    const auto older = on.make_account("older", rsa_blob());
    const auto modern = on.make_account("modern");
    for (const auto node : {old, older, modern})
        on.come_online(node, {}, {1, 2});
    on.make_network("home", {old, older, modern});
    REQUIRE(on.told<wire::tunnel_open>(old).size() == 2);
    CHECK(on.told<wire::tunnel_open>(old)[0].suite == 1);
    CHECK(on.told<wire::tunnel_open>(old)[1].suite == 2);
}
