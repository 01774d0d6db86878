#include "tests/unit/core/node_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

TEST_CASE("a connected node says hello first, then where it is") {
    fixture f;
    f.machine.on_connected(me, f.now);
    f.take();
    REQUIRE(f.out.size() >= 2);
    const auto& first = std::get<send_request>(f.out.at(0)).message;
    CHECK(std::get<wire::hello>(first.body).software == "test");
    CHECK(std::get<wire::hello>(first.body).suites == std::vector<std::uint8_t>{2});
    const auto said = f.requests_of<wire::endpoints>();
    REQUIRE(said.size() == 1);
    CHECK(said.front().second.candidates == std::vector{wire::candidate{wire::candidate_kind::host, own}});
    CHECK_FALSE(f.machine.is_online());
}

TEST_CASE("endpoints are told when they change, and only then, and again in each connection") {
    fixture f;
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
    f.tell(lab_with({me}));
    f.machine.on_local_endpoints({own}, f.now);
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.answer_stun("203.0.113.7:5000");
    const auto said = f.requests_of<wire::endpoints>();
    REQUIRE(said.size() == 1);
    CHECK(said.front().second.candidates.size() == 2);
    CHECK(f.machine.mapped_endpoints().size() == 1);
    f.run_for(26s);
    f.answer_stun("203.0.113.7:5000");
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.machine.on_disconnected(f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
}

TEST_CASE("a node without addresses tells them once it has some") {
    fixture f;
    f.machine.on_local_endpoints({}, f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().empty());
    f.machine.on_local_endpoints({own}, f.now);
    CHECK(f.requests_of<wire::endpoints>().size() == 1);
}

TEST_CASE("addresses of the VPN are withdrawn once the prefix is known") {
    fixture f;
    f.machine.on_local_endpoints({own, {*ip_address::parse("100.64.0.1"), 41641}}, f.now);
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::endpoints>().front().second.candidates.size() == 2);
    f.tell(lab_with({me}));
    CHECK(f.requests_of<wire::endpoints>().front().second.candidates.size() == 1);
}

TEST_CASE("sync puts the node online and configures its addresses once") {
    fixture f;
    f.machine.on_connected(me, f.now);
    f.tell(lab_with({me, anna}));
    CHECK(f.all<configure_addresses>().size() == 1);
    const auto events = f.all<node_event>();
    REQUIRE(events.size() == 1);
    CHECK(events.front().kind == "online");
    CHECK(events.front().data ==
          wire::json{{"address", "100.64.0.1"}, {"address6", "fd00:1:2:3::6440:1"}, {"nickname", "self"}});
    f.tell(lab_with({me, anna}));
    CHECK(f.all<configure_addresses>().empty());
    CHECK(f.all<node_event>().empty());
    CHECK(f.machine.nickname() == "self");
    CHECK(f.machine.peers().size() == 1);
}

TEST_CASE("a silent server is pinged, then given up once") {
    fixture f;
    f.go_online();
    f.run_for(19s);
    CHECK(f.requests_of<wire::ping>().empty());
    f.run_for(1s);
    REQUIRE(f.requests_of<wire::ping>().size() == 1);
    f.run_for(60s);
    CHECK(f.all<reconnect_wanted>().size() == 1);
    f.machine.on_disconnected(f.now);
    CHECK(f.all<node_event>().back().kind == "offline");
    CHECK_FALSE(f.machine.is_online());
    CHECK(f.machine.peers().size() == 2);
}

TEST_CASE("a server that answers its pings is kept") {
    fixture f;
    f.go_online();
    for (int i = 0; i < 10; ++i) {
        f.run_for(20s);
        const auto pings = f.requests_of<wire::ping>();
        REQUIRE(pings.size() == 1);
        f.answer(pings.front().first);
    }
    CHECK(f.all<reconnect_wanted>().empty());
}

TEST_CASE("nothing is due for a node that was never connected, and afterwards only to keep its mapping") {
    fixture f;
    CHECK(f.machine.next_deadline() == never);
    f.machine.on_connected(me, f.now);
    f.answer_stun("203.0.113.7:5000");
    f.tell(lab_with({me, anna, bodo}));
    f.machine.on_disconnected(f.now);
    CHECK(f.machine.next_deadline() == f.now + 25s);
    f.machine.on_disconnected(f.now);
    f.tell(lab_with({me}));  // from the connection that is gone
    CHECK_FALSE(f.machine.is_online());
}

// ---- going on after a lost connection -----------------------------------------------------------------------------

TEST_CASE("a node that was away asks for what it missed, and goes on with what it knew") {
    fixture f;
    f.machine.on_connected(me, f.now);
    CHECK_FALSE(f.requests_of<wire::hello>().front().second.resume);
    f.tell(lab_with({me, anna, bodo}));
    f.tell(wire::member_left{lab, bodo, "left"});
    f.machine.on_disconnected(f.now);
    f.take();
    f.out.clear();
    f.machine.on_connected(me, f.now);
    CHECK(f.requests_of<wire::hello>().front().second.resume == wire::resume_point{7, f.sequence});
    CHECK_FALSE(f.machine.is_online());
    f.machine.on_server_message(wire::numbered_event{f.sequence, wire::resumed{}}, f.now);
    CHECK(f.machine.is_online());
    const auto events = f.all<node_event>();
    REQUIRE(events.size() == 1);
    CHECK(events.front().kind == "online");
    f.tell(wire::member_left{lab, anna, "left"});
    CHECK(f.machine.peers().empty());
    CHECK(f.all<reconnect_wanted>().empty());
}

TEST_CASE("a missing event ends the connection once, and nothing after it is believed") {
    fixture f;
    f.go_online();
    ++f.sequence;
    f.tell(wire::member_left{lab, anna, "left"});
    f.tell(wire::network_gone{lab, "deleted", {}});
    CHECK(f.all<reconnect_wanted>().size() == 1);
    CHECK(f.machine.peers().size() == 2);
    CHECK(f.machine.networks().size() == 1);
}

TEST_CASE("an event of a kind that is not known here is no missing one") {
    fixture f;
    f.go_online();
    ++f.sequence;
    f.machine.on_unknown_event(f.now);
    f.tell(wire::member_left{lab, anna, "left"});
    CHECK(f.all<reconnect_wanted>().empty());
    CHECK(f.machine.peers().size() == 1);
    f.machine.on_disconnected(f.now);
    f.machine.on_unknown_event(f.now);
    CHECK(f.machine.next_deadline() >= f.now + 25s);
}

TEST_CASE("a sync that cannot be used is no point to go on from") {
    fixture f;
    f.machine.on_connected(me, f.now);
    auto bad = lab_with({me});
    bad.ula = "nonsense";
    f.tell(bad);
    CHECK_FALSE(f.machine.is_online());
    f.machine.on_disconnected(f.now);
    f.out.clear();
    f.machine.on_connected(me, f.now);
    CHECK_FALSE(f.requests_of<wire::hello>().front().second.resume);
}
