// What discovery makes of NATs of every behaviour.
#include "buri/core/tunnel/punch_plan.hpp"
#include "tests/sim/punching/pair.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

struct lone_site {
    explicit lone_site(const nat_settings& nat, bool is_public = false, std::uint64_t seed = 1)
        : in(seed), internet(in, "internet", 8), stun(in, internet), node(in, internet, stun, true, nat, is_public) {
        node.start();
    }
    const core::nat_report& after(duration span) {
        in.run_for(span);
        return node.report();
    }
    world in;
    segment internet;
    stun_host stun;
    site node;
};

}  // namespace

TEST_CASE("each class of NAT is known for what it is within two seconds and a half") {
    using map = nat_mapping;
    using filter = nat_filtering;
    struct row {
        nat_class which;
        map mapping;
        filter filtering;
    };
    for (const auto& [which, mapping, filtering] :
         std::vector<row>{{nat_class::P, map::none, filter::endpoint_independent},
                          {nat_class::F, map::none, filter::address_port_dependent},
                          {nat_class::C1, map::endpoint_independent, filter::endpoint_independent},
                          {nat_class::C2, map::endpoint_independent, filter::address_dependent},
                          {nat_class::C3, map::endpoint_independent, filter::address_port_dependent},
                          {nat_class::A, map::address_dependent, filter::address_port_dependent},
                          {nat_class::S2, map::address_port_dependent, filter::address_dependent},
                          {nat_class::Sq, map::address_port_dependent, filter::address_port_dependent},
                          {nat_class::Sr, map::address_port_dependent, filter::address_port_dependent}}) {
        CAPTURE(to_string(which));
        lone_site told(behaviour_of(which), which == nat_class::P);
        const auto& report = told.after(2500ms);
        CHECK(report.mapping == mapping);
        CHECK(report.filtering == filtering);
        CHECK(report.step.has_value() == (which == nat_class::Sq));
        CHECK(report.udp_works);
        CHECK(report.stun_servers.size() == 4);
        CHECK(told.node.open_sockets() == 0);
    }
}

TEST_CASE("the mapped address is known after one round trip") {
    lone_site told(behaviour_of(nat_class::Sr));
    CHECK_FALSE(told.after(40ms).mapped);
    CHECK(told.after(2ms).mapped);
}

TEST_CASE("steps of mappings are found, other hosts' mappings between them too") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto nat = behaviour_of(nat_class::Sq);
        nat.port_step = seed % 2 == 0 ? 2 : 65535;
        lone_site told(nat, false, seed);
        told.node.make_noise(10);
        CAPTURE(seed);
        CHECK(told.after(2s).step == (seed % 2 == 0 ? 2 : -1));
    }
}

TEST_CASE("a carrier's block of ports shows in the ports of new mappings") {
    auto nat = behaviour_of(nat_class::Sr);
    nat.allocation = port_allocation::block;
    lone_site told(nat);
    const auto shown = core::told_of(told.after(2s), true);
    REQUIRE(shown.port_low);
    CHECK(*shown.port_low >= 20000);
    CHECK(*shown.port_high < 20512);
}

TEST_CASE("UDP that is blocked is told after 700 ms, and that it works again within seven") {
    lone_site told(behaviour_of(nat_class::C3));
    told.node.router()->uplink().cut = true;
    CHECK(told.after(699ms).udp_works);
    CHECK_FALSE(told.after(2ms).udp_works);
    told.in.run_for(60s);
    told.node.router()->uplink().cut = false;
    told.in.run_for(7s);
    CHECK(told.node.report().udp_works);
    CHECK(told.node.report().mapping == nat_mapping::endpoint_independent);
}

TEST_CASE("a mapping that lives long is kept alive less often, until its address changes") {
    for (const auto& [timeout, proven, interval] : std::vector<std::tuple<duration, duration, duration>>{
             {30s, 0s, 25s}, {45s, 40s, 32s}, {100s, 90s, 72s}, {180s, 150s, 120s}}) {
        auto nat = behaviour_of(nat_class::C3);
        nat.timeout = timeout;
        lone_site told(nat);
        told.in.run_for(12min);
        CHECK(told.node.report().lifetime.value_or(0s) == proven);
        CHECK(told.node.interval() == interval);
        CHECK(told.node.open_sockets() == 0);
        told.node.router()->rebind();
        told.in.run_for(interval + 1s);
        CHECK(told.node.interval() == 25s);
        CHECK_FALSE(told.node.report().lifetime);
    }
}
