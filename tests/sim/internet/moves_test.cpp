// Addresses change under a tunnel: a router forgets, a laptop moves, a line is cut and mended.
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

void put_two(story& told, place first, place second) {
    told.put(0, first);
    told.put(1, second);
    told.start_all();
    told.expect_direct(0, 1, 10s);
    told.in.run_for(1s);
    told.book.forget_counts();
}

/// The longest time without a packet in either direction.
duration longest_silence(story& told) {
    const auto there = told.book.between(told.anna().id(), told.bodo().id());
    const auto back = told.book.between(told.bodo().id(), told.anna().id());
    told.in.expect(there.delivered > 0 && back.delivered > 0, "packets flow both ways");
    told.in.expect(there.last_sent - there.last_delivered < 1s, "and still do there");
    told.in.expect(back.last_sent - back.last_delivered < 1s, "and still do back");
    return std::max(there.longest_silence, back.longest_silence);
}

}  // namespace

TEST_CASE("a rebinding router is followed at once if the other side can be reached") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        put_two(told, place::port_cone, place::full_cone);
        told.talk(0, 1, 20ms, 3s);
        told.router_of(0).rebind();
        told.talk(0, 1, 20ms, 20s);
        told.in.expect(longest_silence(told) <= 500ms, "the outage is shorter than half a second");
    }
}

TEST_CASE("a rebinding router in front of a port-restricted pair is survived") {
    for (const auto seed : seeds(4)) {
        story told(seed, 2);
        put_two(told, place::port_cone, place::port_cone);
        told.talk(0, 1, 20ms, 3s);
        told.router_of(0).rebind();
        told.talk(0, 1, 20ms, 60s);
        told.in.expect(longest_silence(told) <= 30s, "the outage ends with the next look at the mapping");
        told.in.expect(told.is_direct(0, 1), "both are direct");
    }
}

TEST_CASE("a laptop that moves to another network takes its tunnel with it") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        put_two(told, place::port_cone, place::port_cone);
        const auto before = told.anna().tunnel_to(told.bodo().id());
        told.talk(0, 1, 20ms, 3s);
        told.anna().host.plug_into(told.internet, {}, {*ip_address::parse("192.0.2.77")});
        told.anna().on_addresses_changed();
        told.talk(0, 1, 20ms, 20s);
        told.in.expect(longest_silence(told) <= 2s, "the outage is shorter than two seconds");
        told.in.expect(told.anna().tunnel_to(told.bodo().id()) == before, "it is the same tunnel");
    }
}

TEST_CASE("a cut line is back soon after it is mended, and an idle tunnel survives a router's timeout") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        put_two(told, place::port_cone, place::port_cone);
        const auto cut = told.in.between(5s, 100s);
        told.uplink_of(1).cut = true;
        told.talk(0, 1, 100ms, cut);
        told.uplink_of(1).cut = false;
        told.talk(0, 1, 100ms, 30s);
        told.in.expect(longest_silence(told) <= cut + 10s, "packets flow within ten seconds");
    }
}

TEST_CASE("keepalives hold a mapping that lives for thirty seconds") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        told.put(0, place::port_cone)->set_timeout(30s);
        told.put(1, place::port_cone)->set_timeout(30s);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.in.run_for(10min);
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 1s);
        told.expect_nothing_lost(0, 1);
    }
}
