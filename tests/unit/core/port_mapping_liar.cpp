// Gateways that lie, and strangers that answer for them.
#include "tests/unit/core/port_mapping_world.hpp"

using namespace buri;
using namespace buri::test;

namespace {

constexpr auto speeches = {model_gateway::speech::pcp, model_gateway::speech::nat_pmp};

/// Packets that a day with this gateway costs, after the first minute.
std::size_t cost_of_a_day(port_mapping_world& world) {
    world.begin();
    world.pass(1min);
    const auto begun = world.now;
    world.pass(24h);
    return world.sent_since(begun);
}

/// A request for each of two ports every 30 s, and NAT-PMP's for the address.
constexpr std::size_t most_in_a_day = 3 * 24 * 120;

}  // namespace

TEST_CASE("an external address that cannot be one is no mapping") {
    for (const auto* text : {"0.0.0.0:1", "127.0.0.1:1", "224.0.0.1:1", "255.255.255.255:1", "169.254.1.1:1"}) {
        for (const auto speech : speeches) {
            INFO(text);
            port_mapping_world world;
            world.router.speaks = speech;
            world.router.external = at(text).address;
            CHECK(cost_of_a_day(world) < 1000);
            CHECK(world.mapped().empty());
            CHECK_FALSE(world.mapper.report().is_double_nat);
            const auto method = speech == model_gateway::speech::pcp ? mapping_method::pcp : mapping_method::nat_pmp;
            CHECK(world.said(method).starts_with("refused: the gateway"));
        }
    }
}

TEST_CASE("an IPv6 address for an IPv4 port is no mapping") {
    port_mapping_world world;
    world.router.external = at("[2001:db8::1]:1").address;
    CHECK(cost_of_a_day(world) < 1000);
    CHECK(world.mapped().empty());
}

TEST_CASE("an external port 0 and a lifetime of 0 are no mapping") {
    for (const auto speech : speeches) {
        port_mapping_world no_port;
        no_port.router.speaks = speech;
        no_port.router.port = 0;
        CHECK(cost_of_a_day(no_port) < 1000);
        CHECK(no_port.mapped().empty());

        port_mapping_world no_time;
        no_time.router.speaks = speech;
        no_time.router.lease = 0;
        CHECK(cost_of_a_day(no_time) < 1000);
        CHECK(no_time.mapped().empty());
    }
}

TEST_CASE("a lifetime of a second costs no more than a request in 30 s") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.router.lease = 1;
        CHECK(cost_of_a_day(world) <= most_in_a_day);
        CHECK(world.mapped().size() == 2);
        CHECK(world.mapper.mappings().front().lifetime == 60s);
    }
}

TEST_CASE("a lifetime of 136 years is renewed within a day") {
    for (const auto speech : speeches) {
        port_mapping_world world;
        world.router.speaks = speech;
        world.router.lease = 0xffffffff;
        const auto cost = cost_of_a_day(world);
        CHECK(cost >= 2);
        CHECK(cost <= 12);
        CHECK(world.mapper.mappings().front().lifetime == 24h);
    }
}

TEST_CASE("a clock that starts anew with each answer costs no more than a request in 30 s") {
    for (const auto speech : speeches) {
        port_mapping_world back;
        back.router.speaks = speech;
        std::uint32_t countdown = 0xffffffff;
        back.router.lie_epoch = [&](std::uint32_t) { return countdown -= 100'000; };
        CHECK(cost_of_a_day(back) <= most_in_a_day);
        CHECK(back.mapped().size() == 2);

        port_mapping_world zero;
        zero.router.speaks = speech;
        zero.router.lie_epoch = [](std::uint32_t) { return 0U; };
        CHECK(cost_of_a_day(zero) <= most_in_a_day);
        CHECK(zero.mapped().size() == 2);

        port_mapping_world wild;
        wild.router.speaks = speech;
        wild.router.lie_epoch = [&](std::uint32_t) { return wild.random.u32(); };
        CHECK(cost_of_a_day(wild) <= most_in_a_day);
    }
}

TEST_CASE("only the gateway's port 5351 is listened to") {
    port_mapping_world world;
    world.router.speaks = model_gateway::speech::nothing;
    world.begin({41641, 0});
    world.pass(100ms);
    const auto request = world.sent.front().second;
    model_gateway other;
    const auto answer = other.answer(request, world.now).value();
    world.deliver(at("10.0.0.3:5351"), answer);
    world.deliver(at("10.0.0.1:5350"), answer);
    CHECK(world.mapped().empty());
    world.deliver(at("10.0.0.1:5351"), answer);
    CHECK(world.mapped().size() == 1);
}

TEST_CASE("an answer to another nonce, port or protocol is none, and neither is one that was not asked for") {
    port_mapping_world world;
    world.router.speaks = model_gateway::speech::nothing;
    world.begin({41641, 0});
    world.pass(100ms);
    model_gateway other;
    const auto good = other.answer(world.sent.front().second, world.now).value();
    for (const std::size_t at_byte : {24U, 35U, 36U, 40U, 41U}) {
        auto wrong = good;
        wrong[at_byte] ^= 1U;
        world.deliver(at("10.0.0.1:5351"), wrong);
        CHECK(world.mapped().empty());
    }
    world.deliver(at("10.0.0.1:5351"), good);
    REQUIRE(world.mapped().size() == 1);
    const auto lifetime = world.mapper.report().methods[0].until;
    world.pass(100s);
    world.deliver(at("10.0.0.1:5351"), good);
    CHECK(world.mapper.report().methods[0].until == lifetime);
}

TEST_CASE("once PCP has worked, a refusal by version does not end it") {
    port_mapping_world world;
    world.begin();
    world.pass(1s);
    world.deliver(at("10.0.0.1:5351"), *from_hex("0081000100000010"));
    world.pass(1s);
    CHECK(world.mapped().size() == 2);
    CHECK(world.sent.size() == 2);
}

TEST_CASE("whatever a gateway says, it costs a packet a port and 30 s") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        INFO("seed " << seed);
        port_mapping_world world(seed);
        world.router.speaks = seed % 2 == 0 ? model_gateway::speech::pcp : model_gateway::speech::nat_pmp;
        world.spoil = [&](bytes& answer) {
            for (std::size_t i = 0; i < answer.size(); ++i) {
                const bool is_wild = world.random.below(8) == 0;
                if (is_wild) answer[i] = static_cast<std::uint8_t>(world.random.u32());
            }
            if (world.random.below(10) == 0) answer.resize(world.random.below(80));
        };
        // Answers that are not understood are asked for again, four times a round.
        CHECK(cost_of_a_day(world) <= 4 * most_in_a_day);
        CHECK(world.mapped().size() <= 2);
    }
}
