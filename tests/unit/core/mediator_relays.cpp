// The fleet: relays come and go, and every pair has leave to use the best of them.
#include "buri/core/mediator/fleet.hpp"
#include "buri/core/mediator/relay_grants.hpp"
#include "buri/crypto/digest.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

core::mediator_settings with_own_relay() {
    auto settings = usual_settings();
    settings.reach.addresses = {*ip_address::parse("203.0.113.2")};
    settings.reach.stun_ports = {17771, 17772};
    settings.reach.tcp_port = 12975;
    settings.reach.tls_port = 443;
    settings.reach.has_relay = true;
    auto slow = free_plan();
    slow.name = "slow";
    slow.relay_kbit = 512;
    settings.plans = core::plan_table({free_plan(), premium_plan(), slow}, "premium");
    return settings;
}

bytes text(std::string_view what) {
    const auto view = as_bytes(what);
    return {view.begin(), view.end()};
}

struct fleet_world : mediation {
    explicit fleet_world(core::mediator_settings settings = with_own_relay()) : mediation(std::move(settings)) {
        ada = make_account("ada");
        bob = make_account("bob");
    }

    /// Where relays of the fleet run: each has an account, as a node.
    node_id add_relay(std::string_view name) {
        const auto account = make_account("relay-" + std::string(name));
        const auto digest = crypto::sha256(as_bytes(name));
        REQUIRE(operate(core::add_relay{std::string(name), "eu", {digest.begin(), digest.end()}}));
        return account;
    }
    std::uint32_t id_of(std::string_view name) const { return server->records().relay(name)->id; }
    static wire::relay_hello relay_hello(std::string_view token) {
        return {text(token), "test", {{*ip_address::parse("0.0.0.0"), 17771}}, {}, {}, ""};
    }
    void join(node_id relay, std::string_view name) {
        connect(relay);
        REQUIRE(succeeds(relay, relay_hello(name)));
        REQUIRE(told<wire::relay_list>(relay).back().relays.front().name == name);
    }
    void measure(node_id node, std::vector<wire::relay_round_trip> measured) {
        REQUIRE(succeeds(node, wire::endpoints{{candidate_of(node)}, wire::nat_kind::none, std::move(measured)}));
    }
    void introduce() {
        come_online(ada);
        come_online(bob);
        make_network("home", {ada, bob});
        REQUIRE(told<wire::tunnel_open>(ada).size() == 1);
    }
    std::vector<std::uint32_t> relays_of(const std::vector<wire::relay_grant>& grants) const {
        std::vector<std::uint32_t> out;
        for (const auto& each : grants)
            out.push_back(each.relay);
        return out;
    }
    /// What the node was told last, of the one tunnel that it has.
    std::vector<wire::relay_grant> grants(node_id node) const {
        const auto again = told<wire::tunnel_relays>(node);
        if (!again.empty()) return again.back().relays;
        return told<wire::tunnel_open>(node).back().relays.value_or(std::vector<wire::relay_grant>());
    }
    std::vector<std::uint32_t> relays(node_id node) const { return relays_of(grants(node)); }

    wire::relay_token verified(const wire::relay_grant& grant) const {
        const auto parsed = wire::parse_relay_token(grant.token);
        REQUIRE(parsed);
        REQUIRE(signing_key().public_part().verify(suite_id::aes, parsed->signed_bytes, parsed->signature));
        REQUIRE(parsed->claims.relay == grant.relay);
        return parsed->claims;
    }
    std::uint64_t seconds_left(const wire::relay_grant& grant) const {
        return verified(grant).expires - static_cast<std::uint64_t>(today.time_since_epoch().count());
    }

    node_id ada, bob;
};

using relay_numbers = std::vector<std::uint32_t>;

}  // namespace

// ---- what nodes are told --------------------------------------------------------------------------------------------------

TEST_CASE("a node learns the fleet and where it comes from, after a sync and after it resumed") {
    fleet_world on;
    on.come_online(on.ada);
    const auto list = on.told<wire::relay_list>(on.ada);
    REQUIRE(list.size() == 1);
    REQUIRE(list.front().relays.size() == 1);
    const auto& own = list.front().relays.front();
    CHECK(own.id == own_relay);
    CHECK(own.udp == std::vector{*parse_endpoint("203.0.113.2:17771")});
    CHECK(own.tcp == std::vector{*parse_endpoint("203.0.113.2:12975")});
    CHECK(own.tls == std::vector{*parse_endpoint("203.0.113.2:443")});
    const auto seen = on.told<wire::seen_event>(on.ada);
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().at == on.endpoint_of_connection(on.ada));
    CHECK(seen.front().stun == std::vector{*parse_endpoint("203.0.113.2:17771"), *parse_endpoint("203.0.113.2:17772")});
    on.disconnect(on.ada);
    on.forget();
    on.come_back(on.ada);
    CHECK(on.told<wire::resumed>(on.ada).size() == 1);
    CHECK(on.told<wire::relay_list>(on.ada) == list);
    CHECK(on.told<wire::seen_event>(on.ada).size() == 1);
}

TEST_CASE("a node hears of no address that it cannot reach: of another family, or private") {
    auto settings = with_own_relay();
    settings.reach.addresses = {*ip_address::parse("10.0.0.5"), *ip_address::parse("2001:db8::5"),
                                *ip_address::parse("203.0.113.2")};
    fleet_world on(settings);
    on.come_online(on.ada);
    CHECK(on.told<wire::seen_event>(on.ada).back().stun ==
          std::vector{*parse_endpoint("203.0.113.2:17771"), *parse_endpoint("203.0.113.2:17772")});
    CHECK(on.told<wire::relay_list>(on.ada).back().relays.front().udp ==
          std::vector{*parse_endpoint("[2001:db8::5]:17771"), *parse_endpoint("203.0.113.2:17771")});
    on.addresses[on.bob] = *ip_address::parse("10.0.0.77");
    on.come_online(on.bob);
    CHECK(on.told<wire::seen_event>(on.bob).back().stun.size() == 4);
    settings.reach.addresses = {*ip_address::parse("10.0.0.5")};
    on.configure(settings);
    on.forget();
    on.come_online(on.ada);
    CHECK(on.told<wire::seen_event>(on.ada).back().stun.size() == 2);
}

TEST_CASE("peers learn where a node's connection comes from, but never a loopback address") {
    fleet_world on;
    on.addresses[on.bob] = *ip_address::parse("127.0.0.1");
    on.introduce();
    CHECK(on.told<wire::tunnel_open>(on.bob).back().seen == on.endpoint_of_connection(on.ada));
    CHECK_FALSE(on.told<wire::tunnel_open>(on.ada).back().seen);
    // It moves, with the same candidates.
    on.disconnect(on.ada);
    on.addresses[on.ada] = *ip_address::parse("192.0.2.77");
    on.forget();
    on.come_back(on.ada);
    const auto told = on.told<wire::peer_candidates>(on.bob);
    REQUIRE(told.size() == 1);
    CHECK(told.front().seen == *parse_endpoint("192.0.2.77:50000"));
}

// ---- joining --------------------------------------------------------------------------------------------------------------

TEST_CASE("a relay joins with its token, and everybody hears of it a moment later, once") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    const auto nyc = on.add_relay("nyc1");
    on.come_online(on.ada);
    on.forget();
    on.join(fra, "fra1");
    on.join(nyc, "nyc1");
    CHECK(on.told<wire::relay_list>(on.ada).empty());
    on.advance(core::fleet::batch);
    const auto told = on.told<wire::relay_list>(on.ada);
    REQUIRE(told.size() == 1);
    REQUIRE(told.front().relays.size() == 3);
    const auto& joined = told.front().relays[1];
    CHECK(joined.name == "fra1");
    CHECK(joined.region == "eu");
    // It named no address: the one that it comes from is meant.
    CHECK(joined.udp == std::vector{endpoint{on.address_of_connection(fra), 17771}});
    CHECK_FALSE(on.server->is_online(fra));
    REQUIRE(on.server->relay(on.id_of("fra1")) != nullptr);
    on.disconnect(fra);
    CHECK(on.server->relay(on.id_of("fra1")) == nullptr);
    on.advance(core::fleet::batch);
    CHECK(on.told<wire::relay_list>(on.ada).back().relays.size() == 2);
}

TEST_CASE("a wrong token ends the connection, and nobody hears of it") {
    fleet_world on;
    on.add_relay("fra1");
    const auto stranger = on.make_account("stranger");
    on.come_online(on.ada);
    on.forget();
    on.connect(stranger);
    CHECK(on.refusal(stranger, fleet_world::relay_hello("fra2")) == errc::relay_token_invalid);
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects.front().why.code == errc::relay_token_invalid);
    on.advance(1s);
    CHECK(on.told<wire::relay_list>(on.ada).empty());
}

TEST_CASE("a relay that names no address of use is refused") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    on.connect(fra);
    auto said = fleet_world::relay_hello("fra1");
    said.udp = {*parse_endpoint("127.0.0.1:17771"), *parse_endpoint("100.64.0.9:17771"),
                *parse_endpoint("192.0.2.1:0")};
    CHECK(on.refusal(fra, said) == errc::malformed);
    CHECK(on.disconnects.size() == 1);
}

TEST_CASE("a connection is a relay's or a node's") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    on.join(fra, "fra1");
    CHECK(on.refusal(fra, wire::hello{}) == errc::out_of_order);
    CHECK(on.refusal(fra, wire::create_network{net("mine"), {}}) == errc::out_of_order);
    CHECK(on.succeeds(fra, wire::ping{}));
    on.come_online(on.ada);
    CHECK(on.refusal(on.ada, fleet_world::relay_hello("fra1")) == errc::out_of_order);
    CHECK(on.server->is_online(on.ada));
    CHECK(on.refusal(on.ada, wire::relay_load{}) == errc::unknown_request);
}

TEST_CASE("the second of two relays with one token takes over") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    const auto other = on.make_account("other");
    on.join(fra, "fra1");
    on.forget();
    on.join(other, "fra1");
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects.front().why.code == errc::server_closed);
    CHECK(on.server->relay(on.id_of("fra1"))->info.udp.front().address == on.address_of_connection(other));
}

TEST_CASE("a relay that says nothing for 30 seconds is gone, and its heartbeat keeps it") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    on.join(fra, "fra1");
    const auto id = on.id_of("fra1");
    for (int i = 0; i < 10; ++i) {
        on.advance(core::fleet::silence - 1s);
        REQUIRE(on.succeeds(fra, wire::relay_load{7, 900, {}}));
    }
    REQUIRE(on.server->relay(id) != nullptr);
    CHECK(on.server->relay(id)->bindings == 7);
    CHECK(on.server->relay(id)->kbit == 900);
    on.forget();
    on.advance(core::fleet::silence - 1ms);
    CHECK(on.server->relay(id) != nullptr);
    on.advance(1ms);
    CHECK(on.server->relay(id) == nullptr);
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects.front().why.code == errc::timed_out);
}

// ---- the operator ---------------------------------------------------------------------------------------------------------

TEST_CASE("a relay's name is its own, and its number is nobody else's after it") {
    fleet_world on;
    const auto digest = [](std::uint8_t i) { return bytes(32, i); };
    REQUIRE(on.operate(core::add_relay{"fra1", "", digest(1)}) == true);
    CHECK(on.id_of("FRA1") == first_relay);
    const auto refused = [&](std::string name, std::string region) {
        const auto outcome = on.operate(core::add_relay{std::move(name), std::move(region), digest(2)});
        return outcome ? errc::internal : outcome.error().code;
    };
    CHECK(refused("Fra1", "") == errc::name_taken);
    CHECK(refused("Server", "") == errc::name_taken);
    CHECK(refused("", "") == errc::usage);
    CHECK(refused("a b", "") == errc::usage);
    CHECK(refused("ams1", "\x1b[2J") == errc::usage);
    CHECK(on.operate(core::remove_relay{"ams1"}).error().code == errc::relay_not_found);
    REQUIRE(on.operate(core::remove_relay{"fra1"}) == true);
    REQUIRE(on.operate(core::add_relay{"fra1", "eu", digest(3)}) == true);
    CHECK(on.id_of("fra1") == first_relay + 1);
    REQUIRE(on.entries.size() == 3);
    CHECK(on.entries[0].act == "relay_add");
    CHECK(on.entries[1].act == "relay_remove");
    CHECK(on.entries[1].target_name == "fra1");
    CHECK(on.entries[2].after == "region=eu");
}

TEST_CASE("a relay that the operator removes is disconnected, and its pairs move") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    on.join(fra, "fra1");
    on.introduce();
    CHECK(on.relays(on.ada) == relay_numbers{own_relay, on.id_of("fra1")});
    on.forget();
    REQUIRE(on.operate(core::remove_relay{"fra1"}) == true);
    REQUIRE(on.disconnects.size() == 1);
    CHECK(on.disconnects.front().why.code == errc::relay_not_found);
    on.advance(1s);
    for (const auto node : {on.ada, on.bob}) {
        REQUIRE(on.told<wire::tunnel_relays>(node).size() == 1);
        CHECK(on.relays(node) == relay_numbers{own_relay});
        CHECK(on.told<wire::relay_list>(node).size() == 1);
    }
}

// ---- tokens ---------------------------------------------------------------------------------------------------------------

TEST_CASE("each end of a tunnel has leave to bind what arrives there, signed by the server") {
    fleet_world on;
    on.set_plan(on.bob, "slow");
    on.introduce();
    for (const auto node : {on.ada, on.bob}) {
        const auto open = on.told<wire::tunnel_open>(node).back();
        REQUIRE(open.relays);
        REQUIRE(open.relays->size() == 1);
        const auto claims = on.verified(open.relays->front());
        CHECK(claims.relay == own_relay);
        CHECK(claims.node == node);
        CHECK(claims.in == open.in);
        CHECK(claims.kbit == (node == on.bob ? 512 : 0));
        CHECK(on.seconds_left(open.relays->front()) == 48 * 3600);
    }
}

TEST_CASE("a server without any relay grants none") {
    auto settings = with_own_relay();
    settings.reach.has_relay = false;
    fleet_world on(settings);
    on.introduce();
    CHECK_FALSE(on.told<wire::tunnel_open>(on.ada).back().relays);
    CHECK(on.told<wire::relay_list>(on.ada).back().relays.empty());
    on.advance(std::chrono::hours(72));
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    // One that comes later is told to the pairs that there are.
    settings.reach.has_relay = true;
    on.configure(settings);
    on.advance(1s);
    CHECK(on.relays(on.ada) == relay_numbers{own_relay});
    CHECK(on.relays(on.bob) == relay_numbers{own_relay});
}

TEST_CASE("tokens are renewed a day before they expire, for as long as the tunnel lasts") {
    fleet_world on;
    on.introduce();
    on.forget();
    on.advance(core::relay_grants::renewal - 1min);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    for (std::size_t day = 1; day <= 5; ++day) {
        on.advance(std::chrono::hours(24));
        for (const auto node : {on.ada, on.bob}) {
            REQUIRE(on.told<wire::tunnel_relays>(node).size() == day);
            CHECK(on.seconds_left(on.grants(node).front()) > 24U * 3600U);
            CHECK(on.verified(on.grants(node).front()).in == on.told<wire::tunnel_relays>(node).back().in);
        }
    }
    on.disconnect(on.bob);
    on.advance(std::chrono::hours(72));
    CHECK(on.told<wire::tunnel_relays>(on.ada).size() <= 6);
}

TEST_CASE("a plan with another rate renews that node's tokens, and no others") {
    fleet_world on;
    on.introduce();
    on.forget();
    on.set_plan(on.bob, "slow");
    on.advance(1s);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    REQUIRE(on.told<wire::tunnel_relays>(on.bob).size() == 1);
    CHECK(on.verified(on.grants(on.bob).front()).kbit == 512);
    on.forget();
    on.set_plan(on.bob, "slow", on.today + std::chrono::days(30));
    on.advance(1s);
    CHECK(on.told<wire::tunnel_relays>(on.bob).empty());
    on.advance(std::chrono::days(31));
    CHECK(on.verified(on.grants(on.bob).front()).kbit == 0);
}

// ---- the choice -----------------------------------------------------------------------------------------------------------

namespace {

struct three_relays : fleet_world {
    three_relays() {
        for (const std::string name : {"fra1", "nyc1", "sgp1"}) {
            accounts[name] = add_relay(name);
            join(accounts[name], name);
        }
        fra = id_of("fra1");
        nyc = id_of("nyc1");
        sgp = id_of("sgp1");
        introduce();
        advance(1s);
    }
    void measure_all(std::uint32_t own, std::uint32_t to_fra, std::uint32_t to_nyc, std::uint32_t to_sgp) {
        for (const auto node : {ada, bob})
            measure(node, {{own_relay, own}, {fra, to_fra}, {nyc, to_nyc}, {sgp, to_sgp}});
        advance(1s);
    }
    std::map<std::string, node_id> accounts;
    std::uint32_t fra = 0, nyc = 0, sgp = 0;
};

}  // namespace

TEST_CASE("before anything was measured the server's own relay comes first") {
    three_relays on;
    CHECK(on.relays(on.ada) == relay_numbers{own_relay, on.fra});
    CHECK(on.relays(on.bob) == on.relays(on.ada));
}

TEST_CASE("the best relays are those with the least sum of both round trips") {
    three_relays on;
    on.measure(on.ada, {{own_relay, 90}, {on.fra, 10}, {on.nyc, 40}, {on.sgp, 200}});
    on.measure(on.bob, {{own_relay, 90}, {on.fra, 90}, {on.nyc, 20}, {on.sgp, 10}});
    on.advance(1s);
    for (const auto node : {on.ada, on.bob}) {
        CHECK(on.relays(node) == relay_numbers{on.nyc, on.fra});
        for (const auto& grant : on.grants(node))
            CHECK(on.verified(grant).node == node);
    }
}

TEST_CASE("round trips that vary change nothing, and a relay that became clearly better does") {
    three_relays on;
    on.measure_all(90, 50, 60, 100);
    CHECK(on.relays(on.ada) == relay_numbers{on.fra, on.nyc});
    on.forget();
    on.measure_all(90, 60, 52, 95);
    on.measure_all(85, 51, 70, 70);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    on.measure_all(90, 50, 60, 20);
    REQUIRE(on.told<wire::tunnel_relays>(on.ada).size() == 1);
    CHECK(on.relays(on.ada).front() == on.sgp);
    CHECK(on.relays(on.bob).front() == on.sgp);
}

TEST_CASE("a relay that does not answer one of the two is the last choice") {
    three_relays on;
    on.measure(on.ada, {{own_relay, 400}, {on.fra, 10}, {on.nyc, 300}});
    on.measure(on.bob, {{own_relay, 400}, {on.nyc, 300}, {on.sgp, 10}});
    on.advance(1s);
    CHECK(on.relays(on.ada) == relay_numbers{on.nyc, own_relay});
}

TEST_CASE("a relay's death is told to its pairs at once, with the next best instead") {
    three_relays on;
    on.measure_all(90, 10, 40, 200);
    CHECK(on.relays(on.ada) == relay_numbers{on.fra, on.nyc});
    on.forget();
    on.disconnect(on.accounts.at("fra1"));
    on.advance(500ms);
    for (const auto node : {on.ada, on.bob}) {
        REQUIRE(on.told<wire::tunnel_relays>(node).size() == 1);
        CHECK(on.relays(node) == relay_numbers{on.nyc, own_relay});
    }
    on.forget();
    on.disconnect(on.accounts.at("sgp1"));
    on.advance(1s);
    CHECK(on.told<wire::relay_list>(on.ada).size() == 1);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
}

TEST_CASE("a full relay gets no new pairs, and keeps those that it has") {
    three_relays on;
    on.measure_all(90, 10, 40, 200);
    REQUIRE(on.succeeds(on.accounts.at("fra1"), wire::relay_load{100, 0, true}));
    on.forget();
    on.measure_all(90, 11, 40, 200);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    REQUIRE(on.succeeds(on.ada, wire::tunnel_request{on.bob}));
    CHECK(on.relays(on.ada) == relay_numbers{on.fra, on.nyc});
    const auto eve = on.make_account("eve");
    on.come_online(eve);
    on.measure(eve, {{own_relay, 90}, {on.fra, 10}, {on.nyc, 40}, {on.sgp, 200}});
    REQUIRE(on.succeeds(eve, wire::join_network{net("home"), {}, {}}));
    for (const auto& open : on.told<wire::tunnel_open>(eve))
        CHECK(on.relays_of(*open.relays) == relay_numbers{on.nyc, own_relay});
    // The server's own can be full as well.
    on.server->on_own_relay_load({1, 2, true}, on.now);
    const auto joe = on.make_account("joe");
    on.come_online(joe);
    on.measure(joe, {{own_relay, 90}, {on.fra, 10}, {on.nyc, 40}, {on.sgp, 200}});
    REQUIRE(on.succeeds(joe, wire::join_network{net("home"), {}, {}}));
    CHECK(on.relays_of(*on.told<wire::tunnel_open>(joe).back().relays) == relay_numbers{on.nyc, on.sgp});
}

// ---- absence and restart --------------------------------------------------------------------------------------------------

TEST_CASE("a node that was away when its relays changed is told when it is back") {
    three_relays on;
    on.measure_all(90, 10, 40, 200);
    on.disconnect(on.ada);
    on.forget();
    on.disconnect(on.accounts.at("fra1"));
    on.advance(5s);
    CHECK(on.told<wire::tunnel_relays>(on.ada).empty());
    CHECK(on.relays(on.bob) == relay_numbers{on.nyc, own_relay});
    on.come_back(on.ada);
    on.advance(1s);
    REQUIRE(on.told<wire::tunnel_relays>(on.ada).size() == 1);
    CHECK(on.relays(on.ada) == relay_numbers{on.nyc, own_relay});
}

TEST_CASE("a tunnel that outlived a restart of the server gets relays again") {
    fleet_world on;
    on.introduce();
    const auto in = on.told<wire::tunnel_open>(on.ada).back().in;
    on.restart_server();
    on.forget();
    on.come_back(on.ada);
    on.come_back(on.bob);
    on.advance(1s);
    REQUIRE(on.told<wire::tunnel_open>(on.ada).empty());
    for (const auto node : {on.ada, on.bob}) {
        REQUIRE(on.told<wire::tunnel_relays>(node).size() == 1);
        CHECK(on.relays(node) == relay_numbers{own_relay});
    }
    CHECK(on.verified(on.grants(on.ada).front()).in == in);
}

TEST_CASE("many pairs are told one part after the other") {
    fleet_world on;
    const auto fra = on.add_relay("fra1");
    std::vector<node_id> all;
    for (int i = 0; i < 24; ++i)
        all.push_back(on.make_account("n" + std::to_string(i)));
    for (const auto node : all)
        on.come_online(node);
    on.make_network("crowd", all);
    const auto pairs = all.size() * (all.size() - 1) / 2;
    REQUIRE(on.server->tunnel_count() == pairs);
    on.forget();
    on.join(fra, "fra1");
    const auto told = [&] {
        return static_cast<std::size_t>(std::ranges::count_if(
            on.events, [](const auto& each) { return std::holds_alternative<wire::tunnel_relays>(each.second); }));
    };
    on.advance(core::fleet::batch);
    CHECK(told() == 2 * core::relay_grants::pairs_at_once);
    on.advance(core::relay_grants::pause * static_cast<int>(pairs / core::relay_grants::pairs_at_once));
    CHECK(told() == 2 * pairs);
}

// ---- check_reach ----------------------------------------------------------------------------------------------------------

TEST_CASE("the server sends a datagram to the node that asks, and to nobody else") {
    fleet_world on;
    on.come_online(on.ada);
    const bytes transaction(12, 7);
    const endpoint own{on.address_of_connection(on.ada), 4711};
    REQUIRE(on.succeeds(on.ada, wire::check_reach{own, transaction}));
    REQUIRE(on.reach_checks.size() == 1);
    CHECK(on.reach_checks.front().to == own);
    CHECK(on.reach_checks.front().transaction == transaction);
    CHECK(on.refusal(on.ada, wire::check_reach{{on.address_of_connection(on.bob), 4711}, transaction}) == errc::usage);
    CHECK(on.refusal(on.ada, wire::check_reach{{own.address, 0}, transaction}) == errc::usage);
    CHECK(on.reach_checks.size() == 1);
}

TEST_CASE("four checks at once, then one a second, for each node") {
    fleet_world on;
    on.come_online(on.ada);
    on.come_online(on.bob);
    const auto check = [&](node_id node) {
        return on.refusal(node, wire::check_reach{{on.address_of_connection(node), 4711}, bytes(12, 1)});
    };
    for (int i = 0; i < 4; ++i)
        CHECK_FALSE(check(on.ada));
    CHECK(check(on.ada) == errc::too_many_requests);
    CHECK_FALSE(check(on.bob));
    for (int i = 0; i < 5; ++i) {
        on.advance(1s);
        CHECK_FALSE(check(on.ada));
        CHECK(check(on.ada) == errc::too_many_requests);
    }
    CHECK(on.reach_checks.size() == 10);
}
