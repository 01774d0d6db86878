#include "tests/unit/core/port_mapping_world.hpp"

using namespace buri;
using namespace buri::test;
using core::upnp_grant;
using core::upnp_outcome;

namespace {

/// A world whose gateway speaks only UPnP.
struct upnp_world : port_mapping_world {
    explicit upnp_world(core::mapped_ports ports = {41641, 41641}) {
        router.speaks = model_gateway::speech::nothing;
        begin(ports);
    }
};

const upnp_grant udp{mapping_protocol::udp, at("198.51.100.7:41641"), 7200};
const upnp_grant tcp{mapping_protocol::tcp, at("198.51.100.7:41650"), 7200};
const upnp_outcome both{true, "", {udp, tcp}};

}  // namespace

TEST_CASE("UPnP is asked at the same time as PCP, for both ports") {
    upnp_world world;
    REQUIRE(world.orders.size() == 1);
    CHECK(world.orders.front().ports == core::mapped_ports{41641, 41641});
    CHECK(world.orders.front().where == world.home);
    CHECK(world.said(mapping_method::upnp) == "asking");
    world.upnp_answers(both);
    CHECK(world.mapped() == std::vector<std::string>{"UPnP udp 198.51.100.7:41641", "UPnP tcp 198.51.100.7:41650"});
    CHECK(world.said(mapping_method::upnp) == "mapped 198.51.100.7:41641");
}

TEST_CASE("one order is under way at a time") {
    upnp_world world;
    world.pass(2h);
    world.mapper.set_ports({50000, 0}, world.now);
    world.drain();
    CHECK(world.orders.size() == 1);
    world.upnp_answers(both);
    REQUIRE(world.orders.size() == 2);
    CHECK(world.orders[1].ports == core::mapped_ports{});
    CHECK(world.orders[1].grants == both.grants);
    world.upnp_answers({true, "", {}});
    REQUIRE(world.orders.size() == 3);
    CHECK(world.orders[2].ports == core::mapped_ports{50000, 0});
}

TEST_CASE("UPnP's leases are renewed at half their life, with the same external ports") {
    upnp_world world;
    world.upnp_answers(both);
    world.pass(3590s);
    CHECK(world.orders.size() == 1);
    world.pass(20s);
    REQUIRE(world.orders.size() == 2);
    CHECK(world.orders[1].grants == both.grants);
    CHECK(world.mapped().size() == 2);
}

TEST_CASE("a mapping without end is asked for again every hour, for the gateway may have restarted") {
    upnp_world world;
    auto permanent = both;
    for (auto& each : permanent.grants)
        each.lease = 0;
    world.upnp_answers(permanent);
    CHECK(world.mapper.mappings().front().lifetime == 7200s);
    world.pass(3610s);
    CHECK(world.orders.size() == 2);
}

TEST_CASE("a renewal that fails is tried again, until the lease ends") {
    upnp_world world;
    world.upnp_answers(both);
    for (int i = 0; i < 20; ++i) {
        world.pass(358s);
        if (world.orders.size() > 1) world.upnp_answers({});
    }
    CHECK(world.mapped().size() == 2);
    CHECK(world.orders.size() > 3);
    CHECK(world.orders.size() < 12);
    world.pass(60s);
    CHECK(world.mapped().empty());
    CHECK(world.said(mapping_method::upnp) == "no answer");
}

TEST_CASE("no answer and a refusal of UPnP are told, and tried again in 10 min") {
    upnp_world silent;
    silent.upnp_answers({});
    CHECK(silent.said(mapping_method::upnp) == "no answer");
    silent.pass(590s);
    CHECK(silent.orders.size() == 1);
    silent.pass(20s);
    CHECK(silent.orders.size() == 2);

    upnp_world refused;
    refused.upnp_answers({true, "UPnP error 718", {}});
    CHECK(refused.said(mapping_method::upnp) == "refused: UPnP error 718");
}

TEST_CASE("UPnP that grants a second costs an order in 30 s") {
    upnp_world world;
    auto brief = both;
    for (auto& each : brief.grants)
        each.lease = 1;
    world.upnp_answers(brief);
    for (int i = 0; i < 1000; ++i) {
        const auto before = world.orders.size();
        world.pass(10s);
        if (world.orders.size() > before) world.upnp_answers(brief);
    }
    CHECK(world.orders.size() <= 1 + 10'000 / 30);
    CHECK(world.mapped().size() == 2);
}

TEST_CASE("what UPnP calls the external address is checked as any other") {
    upnp_world world;
    world.upnp_answers({true, "", {{mapping_protocol::udp, at("0.0.0.0:41641"), 7200}}});
    CHECK(world.mapped().empty());
    CHECK(world.said(mapping_method::upnp) == "refused: the gateway has no external address");
    CHECK_FALSE(world.mapper.report().is_double_nat);
}

TEST_CASE("UPnP's mappings are given back at the end") {
    upnp_world world;
    world.upnp_answers(both);
    world.pass(10s);
    world.mapper.close(world.now);
    world.drain();
    REQUIRE(world.orders.size() == 2);
    CHECK(world.orders[1].ports == core::mapped_ports{});
    CHECK(world.orders[1].grants == both.grants);
    world.pass(1s);
    CHECK_FALSE(world.mapper.is_closed());
    world.upnp_answers({});
    CHECK(world.mapper.is_closed());
}

TEST_CASE("mappings that UPnP makes while the node ends are given back too") {
    upnp_world world;
    world.mapper.close(world.now);
    world.drain();
    CHECK(world.orders.size() == 1);
    world.upnp_answers(both);
    REQUIRE(world.orders.size() == 2);
    CHECK(world.orders[1].grants == both.grants);
}

TEST_CASE("the outcome of an order to another gateway counts for nothing") {
    upnp_world world;
    world.home.address = at("10.0.0.254:1").address;
    world.mapper.on_gateways(world.home, std::nullopt, world.now);
    world.drain();
    world.upnp_answers(both);
    CHECK(world.mapped().empty());
    REQUIRE(world.orders.size() == 2);
    CHECK(world.orders[1].where == world.home);
}
