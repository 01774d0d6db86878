// Relays: the first path of all, the last resort, and where a tunnel rests.
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>
#include <iostream>

namespace buri::test {
namespace {

using wire::clear_tag;

const auto relay_1 = at("198.51.100.1:17771");
const auto relay_2 = at("198.51.100.2:17771");

void both_send(world& net) {
    net.traffic = [&net] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
}

bool is_by_relay(const world& net, const flight& what) {
    return net.is_relay(what.from) || net.is_relay(what.to);
}

/// 20 ms from each end to each relay, and `direct` between the ends if that is not zero.
auto ways(world& net, const duration& direct) {
    return [&net, &direct](const flight& what) -> std::vector<flight> {
        auto out = what;
        out.takes = 20ms;
        if (is_by_relay(net, what)) return {out};
        out.takes = direct;
        if (direct == 0ms) return {};
        return {out};
    };
}

world_settings apart() {
    return {.network = [](const flight&) { return std::vector<flight>{}; }};
}

bool through_relay(const tunnel_end& end) {
    return end.machine->status().relay.has_value();
}

bool are_direct(const world& net) {
    return !through_relay(net.a) && !through_relay(net.b);
}

/// With a relay, packets in both directions, and a direct way that both ends have found.
void become_direct(world& net) {
    net.add_relay(relay_1);
    net.tell_relays();
    both_send(net);
    REQUIRE(net.run_while_not([&] { return net.come_up(10ms) && are_direct(net); }, 3s));
}

void forget_counts(world& net) {
    for (auto* const each : {&net.a, &net.b}) {
        each->longest_silence = 0ms;
        each->unsent = 0;
        each->last_delivery = net.now();
    }
}

}  // namespace

TEST_CASE("two ends that cannot reach each other talk through a relay at once", "[core][tunnel]") {
    world net(apart());
    duration direct = 0ms;
    net.network = ways(net, direct);
    net.add_relay(relay_1);
    net.tell_relays();
    const auto told = net.now();
    REQUIRE(net.a.machine->state() == tunnel_state::agreeing);
    REQUIRE(net.come_up(1s));
    // KE1, KE2, KE3 and the message that confirms: four ways of 40 ms.
    REQUIRE(net.now() - told <= 165ms);
    both_send(net);
    net.run_for(10s);
    net.traffic = {};
    net.run_for(100ms);
    REQUIRE(net.a.delivered >= 500);
    REQUIRE(net.a.delivered == net.b.delivered);
    REQUIRE(net.a.sample.sent_packets == net.b.sample.received_packets);
    REQUIRE(net.b.sample.sent_packets == net.a.sample.received_packets);
    REQUIRE(net.a.machine->status().relay == 1U);
    REQUIRE(net.a.machine->status().round_trip > 79ms);
    REQUIRE(net.a.paths.size() == 1);
}

TEST_CASE("keys are agreed while the relay is still confirming that both ends are bound", "[core][tunnel]") {
    for (const auto late : {0ms, 5ms, 15ms, 35ms, 60ms}) {
        CAPTURE(late.count());
        world net(apart());
        const auto begun = net.now();
        net.network = [&](const flight& what) -> std::vector<flight> {
            auto out = what;
            out.takes = 20ms;
            // The peer's BIND comes to the relay so much later than this end's.
            if (!is_by_relay(net, what) || net.now() < begun + late) return {};
            return {out};
        };
        net.add_relay(relay_1);
        net.begin_binding(relay_1);
        net.run_for(40ms);
        net.tell_relays();
        REQUIRE(net.a.machine->status().relay == 1U);
        REQUIRE(net.come_up(1s));
        // Four ways of 40 ms, as late as the second, third or fourth KE1 where the first came too early.
        REQUIRE(net.now() - begun <= (late <= 5ms ? 175ms : late <= 15ms ? 205ms : late <= 35ms ? 235ms : 265ms));
        const auto is_ke1 = [](const flight& what) { return tag_of(what) == clear_tag::ke1; };
        REQUIRE(std::ranges::count_if(net.recorded, is_ke1) <= 10);  // each twice: to the relay, and from it
    }
}

TEST_CASE("where the relay never confirms, the exchange goes on elsewhere", "[core][tunnel]") {
    world net(apart());
    net.add_relay(relay_1);
    net.begin_binding(relay_1);
    net.run_for(60s);
    REQUIRE(net.a.machine->state() == tunnel_state::probing);
    const auto is_ke1 = [](const flight& what) { return tag_of(what) == clear_tag::ke1; };
    REQUIRE(std::ranges::count_if(net.recorded, is_ke1) <= 16);
    net.network = [&](const flight& what) {
        return is_by_relay(net, what) ? std::vector<flight>{} : std::vector<flight>{what};
    };
    net.a.machine->on_candidates(std::vector{wire::candidate{wire::candidate_kind::host, net.b.addresses.front()}},
                                 net.now());
    REQUIRE(net.come_up(5s));
}

TEST_CASE("from the relay to a direct way no packet is lost", "[core][tunnel]") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        auto settings = apart();
        settings.seed = seed;
        world net(settings);
        duration direct = 0ms;
        net.network = ways(net, direct);
        net.add_relay(relay_1);
        net.tell_relays();
        REQUIRE(net.come_up(1s));
        both_send(net);
        net.run_for(std::chrono::milliseconds(net.random().below(1000)));
        direct = 10ms + std::chrono::milliseconds(net.random().below(30));
        REQUIRE(net.run_while_not([&] { return are_direct(net); }, 3s));
        net.run_for(2s);
        net.traffic = {};
        net.run_for(1s);
        REQUIRE(net.a.delivered == net.b.delivered);
        REQUIRE(net.a.sample.sent_packets == net.b.sample.received_packets);
        REQUIRE(net.b.sample.sent_packets == net.a.sample.received_packets);
        REQUIRE(net.a.unsent + net.b.unsent + net.a.unopenable + net.b.unopenable == 0);
        REQUIRE(net.a.paths.size() == 2);
        REQUIRE(net.b.paths.size() == 2);
    }
}

TEST_CASE("a direct way that dies under traffic is left for the relay within 1.5 s", "[core][tunnel]") {
    std::vector<duration> silences;
    for (int offset = 0; offset < 40; ++offset) {
        world net(apart());
        duration direct = 20ms;
        net.network = ways(net, direct);
        become_direct(net);
        net.run_for(8s + offset * 13ms);
        forget_counts(net);
        direct = 0ms;
        net.run_for(3s);
        REQUIRE(through_relay(net.a));
        REQUIRE(through_relay(net.b));
        for (const auto* const each : {&net.a, &net.b}) {
            silences.push_back(each->longest_silence);
            REQUIRE(each->longest_silence <= 1500ms);
            REQUIRE_FALSE(each->relays_wanted.empty());
        }
        REQUIRE(net.a.states.size() == 2);
        REQUIRE(net.a.unsent + net.b.unsent == 0);
        // It is mended, and comes back.
        direct = 20ms;
        REQUIRE(net.run_while_not([&] { return are_direct(net); }, 15s));
    }
    std::ranges::sort(silences);
    REQUIRE(silences[silences.size() / 2] <= 1300ms);
}

TEST_CASE("own addresses change and the direct way is gone: it is left for the relay in half a second",
          "[core][tunnel]") {
    world net(apart());
    duration direct = 20ms;
    net.network = ways(net, direct);
    become_direct(net);
    net.run_for(8s);
    direct = 0ms;
    net.a.machine->on_local_change(net.now());
    net.drain(net.a);
    REQUIRE(net.run_while_not([&] { return through_relay(net.a); }, 500ms));
}

TEST_CASE("a peer whose own addresses change takes this end along to the relay in half a second", "[core][tunnel]") {
    std::vector<duration> silences;
    for (int offset = 0; offset < 20; ++offset) {
        world net(apart());
        duration direct = 10ms;
        net.network = ways(net, direct);
        become_direct(net);
        net.run_for(2s + std::chrono::milliseconds(25 * offset));
        forget_counts(net);
        direct = 0ms;
        net.a.machine->on_local_change(net.now());
        REQUIRE(net.run_while_not([&] { return through_relay(net.a) && through_relay(net.b); }, 2s));
        net.run_for(300ms);
        silences.push_back(std::max(net.a.longest_silence, net.b.longest_silence));
        REQUIRE(silences.back() <= 700ms);
    }
    std::ranges::sort(silences);
    CHECK(silences[silences.size() / 2] <= 500ms);
}

TEST_CASE("a relay that dies is left for the other within 1.5 s", "[core][tunnel]") {
    for (int offset = 0; offset < 20; ++offset) {
        world net(apart());
        duration direct = 0ms;
        net.network = ways(net, direct);
        net.add_relay(relay_1);
        net.add_relay(relay_2);
        net.tell_relays();
        both_send(net);
        REQUIRE(net.come_up(1s));
        net.run_for(8s + offset * 27ms);
        forget_counts(net);
        const auto used = net.a.path;
        REQUIRE(net.b.path == used);
        net.relays[used == relay_1 ? 0 : 1].alive = false;
        net.run_for(3s);
        REQUIRE(net.a.longest_silence <= 1500ms);
        REQUIRE(net.b.longest_silence <= 1500ms);
        REQUIRE(net.a.path == net.b.path);
        REQUIRE(net.a.path != used);
        REQUIRE(net.a.states.size() == 2);
    }
}

TEST_CASE("five of a hundred packets lost each way make no path flap", "[core][tunnel]") {
    unsigned switches = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        auto settings = apart();
        settings.seed = seed;
        world net(settings);
        net.network = [&](const flight& what) -> std::vector<flight> {
            auto out = what;
            out.takes = 20ms;
            if (net.random().below(100) < 5) return {};
            return {out};
        };
        net.add_relay(relay_1);
        net.tell_relays();
        both_send(net);
        REQUIRE(net.run_while_not([&] { return net.come_up(10ms) && !through_relay(net.a) && !through_relay(net.b); },
                                  10s));
        net.run_for(5s);
        forget_counts(net);
        const auto before = net.a.paths.size() + net.b.paths.size();
        net.traffic_interval = 50ms;
        net.run_for(5min);
        switches += net.a.paths.size() + net.b.paths.size() - before;
        REQUIRE(net.a.unsent + net.b.unsent == 0);
        REQUIRE(net.a.longest_silence < 1s);
        REQUIRE(net.b.longest_silence < 1s);
    }
    // 100 minutes of paths: there and back counts as two.
    REQUIRE(switches <= 8);
}

TEST_CASE("a direct way that is much worse than the relay is not taken for long", "[core][tunnel]") {
    world net(apart());
    duration direct = 150ms;
    net.network = ways(net, direct);
    net.add_relay(relay_1);
    net.tell_relays();
    both_send(net);
    net.run_for(2min);
    REQUIRE(through_relay(net.a));
    REQUIRE(through_relay(net.b));
    const auto before = net.a.paths.size();
    REQUIRE(before <= 4);
    direct = 70ms;
    net.run_for(1min);
    // Not much better than before, and not as good as the relay: 140 ms against 80 ms.
    REQUIRE(through_relay(net.a));
    REQUIRE(net.a.paths.size() == before);
    direct = 30ms;
    net.run_for(3min);
    REQUIRE_FALSE(through_relay(net.a));
    REQUIRE_FALSE(through_relay(net.b));
}

TEST_CASE("a tunnel without packets for two minutes rests: nothing is sent, and its keys may expire",
          "[core][tunnel]") {
    world net(apart());
    duration direct = 20ms;
    net.network = ways(net, direct);
    become_direct(net);
    net.run_for(10s);
    net.traffic = {};
    net.run_for(121s);
    REQUIRE(net.a.machine->status().resting);
    REQUIRE(net.b.machine->status().resting);
    REQUIRE(through_relay(net.a));
    net.recorded.clear();
    net.run_for(1h);
    REQUIRE(net.recorded.empty());
    REQUIRE(net.a.is_up());
    REQUIRE_FALSE(net.a.machine->status().epoch);
    REQUIRE(net.a.introductions.empty());
}

TEST_CASE("the first packet after a rest arrives through the relay: at once with keys, after one exchange without",
          "[core][tunnel]") {
    for (const bool from_initiator : {true, false}) {
        for (const auto rest : {130s, 3600s}) {
            CAPTURE(from_initiator, rest.count());
            world net(apart());
            duration direct = 20ms;
            net.network = ways(net, direct);
            net.add_relay(relay_1);
            net.tell_relays();
            REQUIRE(net.come_up(3s));
            net.run_for(rest);
            auto& from = from_initiator ? net.a : net.b;
            auto& to = from_initiator ? net.b : net.a;
            REQUIRE(from.machine->status().resting);
            const auto woken = net.now();
            net.traffic_interval = 5ms;
            net.traffic = [&] { net.send_user(from); };
            REQUIRE(net.run_while_not([&] { return to.last_delivery >= woken && to.last_delivery != never; }, 2s));
            const auto took = net.now() - woken;
            if (rest == 130s) {
                REQUIRE(took <= 50ms);
            } else if (from_initiator) {
                REQUIRE(took <= 130ms);
            } else {
                REQUIRE(took <= 210ms);
            }
            REQUIRE(net.run_while_not([&] { return are_direct(net); }, 3s));
        }
    }
}

TEST_CASE("a tunnel at rest whose relays are withdrawn looks for the peer", "[core][tunnel]") {
    world net(apart());
    duration direct = 20ms;
    net.network = ways(net, direct);
    net.add_relay(relay_1);
    net.tell_relays();
    REQUIRE(net.come_up(3s));
    net.run_for(130s);
    REQUIRE(net.a.machine->status().resting);
    net.relays.clear();
    net.tell_relays();
    REQUIRE_FALSE(net.a.machine->status().resting);
    REQUIRE(net.come_up(3s));
    REQUIRE_FALSE(through_relay(net.a));
}

TEST_CASE("an end that is told its relays late is reached through them as soon as it is bound", "[core][tunnel]") {
    world net(apart());
    duration direct = 0ms;
    net.network = ways(net, direct);
    auto& relay = net.add_relay(relay_1);
    relay.bound = {&net.a};
    net.a.machine->on_relays(std::array{relay_path{1, relay_1}}, net.now());
    net.drain(net.a);
    net.run_for(1700ms);
    relay.bound.insert(&net.b);
    net.tell_relays();
    const auto bound = net.now();
    REQUIRE(net.come_up(2s));
    REQUIRE(net.now() - bound <= 250ms);
}

TEST_CASE("a relay that is withdrawn is left at once", "[core][tunnel]") {
    world net(apart());
    duration direct = 0ms;
    net.network = ways(net, direct);
    net.add_relay(relay_1);
    net.add_relay(relay_2);
    net.tell_relays();
    both_send(net);
    REQUIRE(net.come_up(1s));
    net.run_for(3s);
    const auto used = net.a.path;
    std::erase_if(net.relays, [&](const world_relay& each) { return each.where == used; });
    net.tell_relays();
    REQUIRE(net.a.path == net.relays.front().where);
    REQUIRE(net.b.path == net.relays.front().where);
    net.run_for(2s);
    net.relays.clear();
    net.tell_relays();
    REQUIRE_FALSE(net.a.path);
    REQUIRE(net.a.machine->state() == tunnel_state::probing);
}

TEST_CASE("a relay that nobody answers through is not a path for ever", "[core][tunnel]") {
    world net(apart());
    duration direct = 0ms;
    net.network = ways(net, direct);
    net.add_relay(relay_1).bound.erase(&net.b);
    net.tell_relays();
    net.run_for(11s);
    REQUIRE(net.a.machine->state() == tunnel_state::probing);
    net.run_for(50s);
    REQUIRE(net.a.introductions.size() == 1);
    net.relays.front().bound.insert(&net.b);
    REQUIRE(net.come_up(31s));
}

}  // namespace buri::test
