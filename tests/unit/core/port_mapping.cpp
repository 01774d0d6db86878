#include "tests/unit/core/port_mapping_world.hpp"

using namespace buri;
using namespace buri::test;

namespace {

using names = std::vector<std::string>;
const names by_pcp{"PCP udp 198.51.100.7:41641", "PCP tcp 198.51.100.7:41641"};
const names by_nat_pmp{"NAT-PMP udp 198.51.100.7:41641", "NAT-PMP tcp 198.51.100.7:41641"};

constexpr auto speeches = {model_gateway::speech::pcp, model_gateway::speech::nat_pmp};

const names& all_by(model_gateway::speech speech) {
    return speech == model_gateway::speech::pcp ? by_pcp : by_nat_pmp;
}

}  // namespace

TEST_CASE("both ports are mapped by PCP, with two packets") {
    port_mapping_world world;
    world.begin();
    world.pass(50ms);
    CHECK(world.mapped() == by_pcp);
    CHECK(world.sent.size() == 2);
    CHECK(world.said(mapping_method::pcp) == "mapped 198.51.100.7:41641");
    CHECK(world.said(mapping_method::nat_pmp) == "not asked");
    CHECK(world.mapper.mappings().front().lifetime == 7200s);
    CHECK_FALSE(world.mapper.report().is_double_nat);
    CHECK(world.mapper.report().gateway == world.home.address);
}

TEST_CASE("a gateway that refuses PCP by its version is asked by NAT-PMP at once") {
    port_mapping_world world;
    world.router.speaks = model_gateway::speech::nat_pmp;
    world.begin();
    world.pass(100ms);
    CHECK(world.mapped() == by_nat_pmp);
    CHECK(world.said(mapping_method::pcp) == "refused: the gateway speaks no PCP");
    CHECK(world.said(mapping_method::nat_pmp) == "mapped 198.51.100.7:41641");
}

TEST_CASE("only the ports that are wanted are asked for") {
    port_mapping_world world;
    world.begin({41641, 0});
    world.pass(1h);
    CHECK(world.mapped() == names{"PCP udp 198.51.100.7:41641"});
    CHECK(world.router.table.size() == 1);
}

TEST_CASE("a gateway that says nothing is given up after 4 s by PCP and 4 s by NAT-PMP, and asked again in 10 min") {
    port_mapping_world world;
    world.router.speaks = model_gateway::speech::nothing;
    world.begin();
    world.pass(3740ms);
    CHECK(world.sent.size() == 8);
    CHECK(world.said(mapping_method::pcp) == "asking");
    world.pass(4s);
    CHECK(world.said(mapping_method::pcp) == "no answer");
    CHECK(world.said(mapping_method::nat_pmp) == "no answer");
    CHECK(world.sent.size() == 20);
    world.pass(590s);
    CHECK(world.sent.size() == 20);
    world.router.speaks = model_gateway::speech::pcp;
    world.pass(15s);
    CHECK(world.mapped() == by_pcp);
}

TEST_CASE("after a change of the network a silent gateway is asked again, not twice in 30 s") {
    port_mapping_world world;
    world.router.speaks = model_gateway::speech::nothing;
    world.begin();
    world.pass(10s);
    const auto before = world.sent.size();
    world.router.speaks = model_gateway::speech::pcp;
    for (int i = 0; i < 10; ++i) {
        world.mapper.on_gateways(world.home, std::nullopt, world.now);
        world.drain();
    }
    world.pass(15s);
    CHECK(world.sent.size() == before);
    world.pass(10s);
    CHECK(world.mapped() == by_pcp);
}

TEST_CASE("what is lost is sent again, whatever the order of the answers") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        port_mapping_world world(seed);
        world.router.speaks = seed % 2 == 0 ? model_gateway::speech::pcp : model_gateway::speech::nat_pmp;
        world.loss_percent = 30;
        world.max_delay = 300ms;
        world.begin();
        world.pass(24h);
        CHECK(world.mapped() == all_by(world.router.speaks));
    }
}

TEST_CASE("a mapping is renewed at half its life, before the gateway forgets it") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.begin();
        world.pass(1s);
        const auto first = world.sent.size();
        world.pass(3590s);
        CHECK(world.sent.size() == first);
        world.pass(20s);
        CHECK(world.sent.size() > first);
        for (int hours = 0; hours < 50; ++hours) {
            world.pass(1h);
            for (const auto& [which, until] : world.router.table)
                CHECK(until > world.now);
        }
        CHECK(world.mapped() == all_by(speech));
        CHECK(world.changes <= 2);
    }
}

TEST_CASE("a renewal names the same mapping: nonce, and the external port that was given") {
    port_mapping_world world;
    world.router.port = 5000;
    world.begin({41641, 0});
    world.pass(2h);
    REQUIRE(world.sent.size() >= 2);
    const auto nonce = [](const bytes& request) { return to_hex(byte_view(request).subspan(24, 12)); };
    const auto suggested = [](const bytes& request) { return to_hex(byte_view(request).subspan(42)); };
    CHECK(nonce(world.sent[0].second) == nonce(world.sent[1].second));
    CHECK(suggested(world.sent[0].second) == "a2a900000000000000000000ffff00000000");
    CHECK(suggested(world.sent[1].second) == "138800000000000000000000ffffc6336407");
}

TEST_CASE("a node that was killed has the nonce of before, another node and another port have not") {
    const auto first_nonce = [](std::string_view secret, std::uint16_t port) {
        seeded_random random(7);
        core::gateway_client client(random, as_bytes(secret));
        client.start({at("10.0.0.1:1").address, at("10.0.0.2:1").address, 3}, {port, 0}, time_point());
        client.on_deadline(time_point());
        return to_hex(byte_view(client.poll_datagram().value()).subspan(24, 12));
    };
    CHECK(first_nonce("a", 1) == first_nonce("a", 1));
    CHECK(first_nonce("a", 1) != first_nonce("b", 1));
    CHECK(first_nonce("a", 1) != first_nonce("a", 2));
}

TEST_CASE("after a restart of the gateway both mappings are made again with the first answer that shows it") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.begin({41641, 0});
        world.pass(1800s);
        world.mapper.set_ports({41641, 41642}, world.now);
        world.drain();
        world.pass(600s);
        world.router.restart(world.now);
        world.pass(1205s);
        CHECK(world.router.table.size() == 2);
    }
}

TEST_CASE("a gateway that tells everybody of its restart has its mappings again in half a minute") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.begin();
        world.pass(10min);
        const auto first = world.sent.size();
        const auto* told = speech == model_gateway::speech::pcp ? "02800000000000000000000a000000000000000000000000"
                                                                : "008000000000000ac6336407";
        world.router.restart(world.now);
        world.mapper.on_announcement(at("10.0.0.3:5351"), *from_hex(told), world.now);
        world.pass(40s);
        CHECK(world.sent.size() == first);
        world.router.restart(world.now - 10s);
        world.mapper.on_announcement(at("10.0.0.1:5351"), *from_hex(told), world.now);
        world.drain();
        world.pass(40s);
        CHECK(world.router.table.size() == 2);
        const auto after = world.sent.size();
        for (int i = 0; i < 1000; ++i) {
            world.mapper.on_announcement(at("10.0.0.1:5351"), *from_hex(told), world.now);
            world.drain();
            world.pass(1s);
        }
        CHECK(world.sent.size() - after <= 3 * (1000 / 30 + 1));
    }
}

TEST_CASE("after a change of the network, what is mapped is asked for again too") {
    port_mapping_world world;
    world.begin();
    world.pass(10min);
    world.router.restart(world.now);
    world.mapper.on_gateways(world.home, std::nullopt, world.now);
    world.drain();
    world.pass(1s);
    CHECK(world.router.table.size() == 2);
    CHECK(world.mapped() == by_pcp);
}

TEST_CASE("a gateway that dies loses its mappings here when their life ends, and gets them back when it returns") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    world.router.speaks = model_gateway::speech::nothing;
    world.pass(7190s);
    CHECK(world.mapped() == by_pcp);
    world.pass(20s);
    CHECK(world.mapped().empty());
    world.router.speaks = model_gateway::speech::pcp;
    world.router.restart(world.now);
    world.pass(650s);
    CHECK(world.mapped() == by_pcp);
}

TEST_CASE("an outage shorter than the lease is not noticed") {
    port_mapping_world world;
    world.begin();
    world.pass(3500s);
    world.router.speaks = model_gateway::speech::nothing;
    world.pass(1500s);
    world.router.speaks = model_gateway::speech::pcp;
    world.pass(1100s);
    CHECK(world.mapped() == by_pcp);
    CHECK(world.changes == 2);
    for (const auto& [which, until] : world.router.table)
        CHECK(until - world.now > 3600s);
}

TEST_CASE("a refusal is told in words, and the gateway left alone for 10 min") {
    port_mapping_world world;
    world.router.error = 2;
    world.begin();
    world.pass(590s);
    CHECK(world.sent.size() == 2);
    CHECK(world.said(mapping_method::pcp) == "refused: not authorized");
    world.router.error.reset();
    world.pass(20s);
    CHECK(world.mapped() == by_pcp);

    port_mapping_world old;
    old.router.speaks = model_gateway::speech::nat_pmp;
    old.router.error = 4;
    old.begin();
    old.pass(1s);
    CHECK(old.said(mapping_method::nat_pmp) == "refused: out of resources");
    CHECK(old.mapped().empty());
}

TEST_CASE("mappings are given back at the end, in a quarter of a second at most") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.begin();
        world.pass(1s);
        REQUIRE(world.router.table.size() == 2);
        world.mapper.close(world.now);
        world.drain();
        world.pass(50ms);
        CHECK(world.router.table.empty());
        world.upnp_answers({});
        CHECK(world.mapper.is_closed());
        world.pass(24h);
        CHECK(world.router.table.empty());
    }
}

TEST_CASE("a gateway that does not answer holds up the end for a quarter of a second") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    world.upnp_answers({});
    world.router.speaks = model_gateway::speech::nothing;
    const auto begun = world.now;
    world.mapper.close(world.now);
    world.drain();
    world.pass(249ms);
    CHECK_FALSE(world.mapper.is_closed());
    CHECK(world.sent_since(begun) == 4);
    world.pass(1ms);
    CHECK(world.mapper.is_closed());
    CHECK(world.mapper.next_deadline() == never);
}

TEST_CASE("a mapping whose grant was lost is given back too") {
    port_mapping_world world;
    world.spoil = [](bytes& answer) { answer.clear(); };
    world.begin({41641, 0});
    world.pass(1s);
    CHECK(world.mapped().empty());
    CHECK(world.router.table.size() == 1);
    world.mapper.close(world.now);
    world.drain();
    world.pass(1s);
    CHECK(world.router.table.empty());
}

TEST_CASE("another port takes the place of the old one at the gateway") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    world.mapper.set_ports({41641, 50000}, world.now);
    world.drain();
    world.pass(1s);
    CHECK(world.mapped() == names{"PCP udp 198.51.100.7:41641", "PCP tcp 198.51.100.7:50000"});
    CHECK(world.router.table.size() == 2);
    world.mapper.set_ports({}, world.now);
    world.drain();
    world.pass(1s);
    CHECK(world.mapped().empty());
    CHECK(world.router.table.empty());
}

TEST_CASE("another gateway begins anew, and none forgets everything") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    const auto first = world.sent.size();
    world.home.own = at("10.0.0.9:1").address;
    world.mapper.on_gateways(world.home, std::nullopt, world.now);
    CHECK(world.mapper.mappings().empty());
    world.drain();
    world.pass(1s);
    CHECK(world.sent.size() == first + 2);
    CHECK(world.mapped() == by_pcp);
    world.mapper.on_gateways(std::nullopt, std::nullopt, world.now);
    world.drain();
    world.pass(24h);
    CHECK(world.mapped().empty());
    CHECK(world.sent.size() == first + 2);
    CHECK(world.said(mapping_method::pcp) == "not asked");
    CHECK_FALSE(world.mapper.report().gateway);
}

TEST_CASE("an external address that is private is a candidate, and a double NAT") {
    for (const auto* text : {"10.1.2.3:1", "172.31.0.1:1", "192.168.7.7:1", "100.64.0.1:1"}) {
        for (const auto speech : speeches) {
            port_mapping_world world;
            world.router.speaks = speech;
            world.router.external = at(text).address;
            world.begin();
            world.pass(1s);
            CHECK(world.mapped().size() == 2);
            CHECK(world.mapper.report().is_double_nat);
        }
    }
}

TEST_CASE("a verified mapping stays so while it is renewed, and not when it changes") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    world.mapper.set_verified(at("198.51.100.7:41641"), true);
    CHECK(world.mapper.report().mappings.front().is_verified);
    world.pass(10h);
    CHECK(world.mapper.report().mappings.front().is_verified);
    world.router.external = at("198.51.100.8:1").address;
    world.pass(2h);
    CHECK(world.mapped().front() == "PCP udp 198.51.100.8:41641");
    CHECK_FALSE(world.mapper.report().mappings.front().is_verified);
}

TEST_CASE("PCP opens the firewall for IPv6, without NAT-PMP") {
    port_mapping_world world;
    world.home = {at("[fe80::1]:1").address, at("[2001:db8::2]:1").address, 3};
    world.router.external = world.home.own;
    world.mapper.set_ports({41641, 0}, world.now);
    world.mapper.on_gateways(std::nullopt, world.home, world.now);
    world.drain();
    world.pass(1s);
    CHECK(world.mapped() == names{"PCP udp [2001:db8::2]:41641"});
    CHECK(to_string(world.mapper.report().pinhole) == "mapped [2001:db8::2]:41641");

    port_mapping_world silent;
    silent.router.speaks = model_gateway::speech::nothing;
    silent.home = world.home;
    silent.mapper.set_ports({41641, 0}, silent.now);
    silent.mapper.on_gateways(std::nullopt, silent.home, silent.now);
    silent.drain();
    silent.pass(500s);
    CHECK(silent.sent.size() == 4);
    CHECK(to_string(silent.mapper.report().pinhole) == "no answer");
}
