// Keys over time: rekeys under traffic, limits of age and number, expiry, and coming back.
#include "tests/unit/core/tunnel_world.hpp"

namespace buri::test {
namespace {

using wire::clear_tag;

void both_send(world& net) {
    net.traffic = [&net] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
}

bool is_exchange(const flight& what) {
    const auto tag = tag_of(what);
    return tag == clear_tag::ke1 || tag == clear_tag::ke2 || tag == clear_tag::ke3;
}

}  // namespace

TEST_CASE("rekeys under continuous traffic make no packet unopenable, while packets overtake each other",
          "[core][tunnel]") {
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        world net({.suite = suite, .seed = 3});
        REQUIRE(net.come_up());
        net.network = [&](const flight& what) {
            auto late = what;
            late.takes = 5ms + std::chrono::milliseconds(net.random().below(400));
            return std::vector{late};
        };
        both_send(net);
        net.traffic_interval = 30ms;
        net.run_for(10min);
        net.traffic = nullptr;
        net.run_for(1s);
        REQUIRE(net.a.send_epochs.size() == 5);
        REQUIRE(net.b.send_epochs.size() == 5);
        REQUIRE(net.a.machine->status().epoch == 0);
        REQUIRE(net.a.unopenable + net.b.unopenable == 0);
        REQUIRE(net.a.unsent + net.b.unsent == 0);
        REQUIRE(net.a.delivered == net.b.delivered);
        REQUIRE(net.a.delivered > 19000);
    }
}

TEST_CASE("with every second packet lost rekeys still make none of the others unopenable", "[core][tunnel]") {
    world net({.seed = 8});
    REQUIRE(net.come_up());
    net.network = [&](const flight& what) {
        auto late = what;
        late.takes = 5ms + std::chrono::milliseconds(net.random().below(100));
        return net.random().below(2) == 0 ? std::vector{late} : std::vector<flight>{};
    };
    both_send(net);
    net.run_for(10min);
    REQUIRE(net.a.send_epochs.size() >= 5);
    REQUIRE(net.a.unopenable + net.b.unopenable == 0);
    REQUIRE(net.a.stopped + net.b.stopped == 0);
}

TEST_CASE("keys are renewed at 120 s and the old ones wiped 10 s later", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    const auto since = net.a.send_epochs[0].first;
    net.run_until(since + 119s);
    REQUIRE(net.a.send_epochs.size() == 1);
    net.run_until(since + 121s);
    REQUIRE(net.a.send_epochs.size() == 2);
    REQUIRE(net.b.send_epochs.size() == 2);
    net.run_until(since + 129s);
    REQUIRE(net.a.receiving[0].has_value());
    REQUIRE(net.b.receiving[0].has_value());
    net.run_until(since + 131s);
    REQUIRE_FALSE(net.a.receiving[0].has_value());
    REQUIRE_FALSE(net.b.receiving[0].has_value());
    REQUIRE(net.a.states.size() == 2);
}

TEST_CASE("2^26 messages in either direction renew the keys", "[core][tunnel]") {
    for (const bool sent : {true, false}) {
        world net;
        REQUIRE(net.come_up());
        net.sampling = false;
        net.run_for(5s);
        auto sample = net.a.sample;
        (sent ? sample.send_id : sample.receive_id) = (1U << 26U) - 1;
        net.a.machine->on_traffic(sample, net.now());
        net.run_for(1s);
        REQUIRE(net.a.send_epochs.size() == 1);
        (sent ? sample.send_id : sample.receive_id) = 1U << 26U;
        net.a.machine->on_traffic(sample, net.now());
        net.drain(net.a);
        net.run_for(1s);
        REQUIRE(net.a.send_epochs.size() == 2);
        REQUIRE(net.b.send_epochs.size() == 2);
        net.run_for(1s);
        REQUIRE(net.a.send_epochs.size() == 2);
    }
}

TEST_CASE("no message is sent past 2^27", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    net.network = [](const flight& what) { return is_exchange(what) ? std::vector<flight>{} : std::vector{what}; };
    auto sample = net.a.sample;
    sample.send_id = 1U << 27U;
    net.a.machine->on_traffic(sample, net.now());
    net.drain(net.a);
    REQUIRE(net.a.stopped == 1);
    REQUIRE(net.a.machine->state() == tunnel_state::agreeing);
}

TEST_CASE("keys that cannot be renewed are not used past 180 s, and the tunnel comes back when they can",
          "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    const auto since = net.b.send_epochs[0].first;
    bool cut = true;
    net.network = [&](const flight& what) {
        return cut && is_exchange(what) ? std::vector<flight>{} : std::vector{what};
    };
    both_send(net);
    net.run_until(since + 179s);
    REQUIRE(net.a.stopped + net.b.stopped == 0);
    net.run_until(since + 181s);
    REQUIRE(net.a.stopped == 1);
    REQUIRE(net.b.stopped == 1);
    REQUIRE(net.a.machine->state() == tunnel_state::agreeing);
    REQUIRE(net.a.path);
    net.run_until(since + 195s);
    REQUIRE(net.a.dropped_keys == 1);
    REQUIRE(net.b.dropped_keys == 1);
    cut = false;
    REQUIRE(net.come_up(3s));
    REQUIRE(net.a.machine->status().epoch == 1);
    REQUIRE(net.a.unopenable + net.b.unopenable == 0);
}

TEST_CASE("a path that was away for an hour brings the tunnel back under the next epoch", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    bool away = true;
    net.network = [&](const flight& what) { return away ? std::vector<flight>{} : std::vector{what}; };
    both_send(net);
    net.traffic_interval = 1s;
    net.run_for(1h);
    REQUIRE(net.a.machine->state() == tunnel_state::probing);
    away = false;
    REQUIRE(net.come_up(35s));
    REQUIRE(net.a.machine->status().epoch == 1);
    REQUIRE(net.b.machine->status().epoch == 1);
}

TEST_CASE("an exchange that the responder thinks over and the initiator does not is made again", "[core][tunnel]") {
    for (const auto suite : every_suite) {
        world net({.suite = suite});
        REQUIRE(net.come_up());
        net.run_for(100s);
        bool deaf = true;
        net.network = [&](const flight& what) {
            const bool lost = deaf && !is_clear(what) && what.from == net.b.addresses.front();
            return lost ? std::vector<flight>{} : std::vector{what};
        };
        net.run_for(45s);
        REQUIRE(net.a.send_epochs.size() == 1);
        REQUIRE(net.b.send_epochs.size() > 2);
        deaf = false;
        REQUIRE(net.run_while_not([&] { return net.a.send_epochs.size() > 1; }, 15s));
        REQUIRE(net.a.machine->status().epoch == 1);
        REQUIRE(net.b.machine->status().epoch == 1);
        net.run_for(1s);
        const auto unopenable = net.a.unopenable + net.b.unopenable;
        const auto delivered = net.a.delivered + net.b.delivered;
        net.send_user(net.a);
        net.send_user(net.b);
        net.run_for(1s);
        REQUIRE(net.a.unopenable + net.b.unopenable == unopenable);
        REQUIRE(net.a.delivered + net.b.delivered == delivered + 2);
    }
}

TEST_CASE("an end that lost its keys, as after a long sleep, gets new ones within a minute", "[core][tunnel]") {
    world net;
    REQUIRE(net.come_up());
    net.run_for(10s);
    // The responder's data plane has nothing left; its probes and exchanges work.
    net.b.receiving = {};
    net.network = [&](const flight& what) {
        const bool lost = net.a.send_epochs.size() < 2 && !is_clear(what) && what.from == net.b.addresses.front() &&
                          tag_of(net.recorded.back()) != clear_tag::ke3;
        return lost && net.b.send_epochs.size() < 2 ? std::vector<flight>{} : std::vector{what};
    };
    REQUIRE(net.run_while_not([&] { return net.a.send_epochs.size() > 1; }, 1min));
    REQUIRE(net.a.machine->status().epoch == 1);
}

TEST_CASE("a tunnel that does not come up asks for an introduction, ever more rarely", "[core][tunnel]") {
    world net;
    net.network = [](const flight&) { return std::vector<flight>{}; };
    net.run_for(1h);
    const auto& asked = net.a.introductions;
    REQUIRE(asked.size() >= 7);
    REQUIRE(asked.size() <= 10);
    REQUIRE(asked[0] - net.start() == 60s);
    for (std::size_t i = 1; i < asked.size(); ++i)
        REQUIRE(asked[i] - asked[i - 1] >= 60s);
    world good;
    REQUIRE(good.come_up());
    good.run_for(1h);
    REQUIRE(good.a.introductions.empty());
    REQUIRE(good.a.states.size() == 2);
    REQUIRE(good.b.states.size() == 2);
}

}  // namespace buri::test
