// The path's MTU: one packet where all is well, a search where it is not, and no ICMP needed.
#include "tests/unit/core/tunnel_world.hpp"

#include <algorithm>

namespace buri::test {
namespace {

constexpr std::size_t headers = 28;             // IPv4 and UDP
constexpr std::size_t overhead = headers + 24;  // and of a sealed message in suite 2

/// Loses what is larger, without a word.
auto narrow(const std::size_t& mtu) {
    return [&mtu](const flight& what) {
        return what.data.size() + headers <= mtu ? std::vector{what} : std::vector<flight>{};
    };
}

std::size_t probes(const tunnel_end& end) {
    return static_cast<std::size_t>(std::ranges::count_if(
        end.messages, [](const wire::tunnel_message& each) { return std::holds_alternative<wire::mtu_probe>(each); }));
}

}  // namespace

TEST_CASE("one message finds that a path takes packets of the interface's MTU", "[core][tunnel][mtu]") {
    world net;
    REQUIRE(net.come_up());
    net.run_for(2s);
    for (auto* const each : {&net.a, &net.b}) {
        REQUIRE(each->machine->status().mtu == 1380);
        REQUIRE(each->mtus.size() == 1);
        REQUIRE(probes(*each) == 1);
        const auto probe = std::ranges::find_if(each->messages, [](const wire::tunnel_message& message) {
            return std::holds_alternative<wire::mtu_probe>(message);
        });
        REQUIRE(wire::encode(*probe).size() == 1380);
    }
}

TEST_CASE("the largest size that a narrower path takes is found within three seconds", "[core][tunnel][mtu]") {
    for (const std::size_t mtu : {1280U, 1300U, 1340U, 1400U, 1420U, 1431U}) {
        CAPTURE(mtu);
        world net({.network = narrow(mtu)});
        REQUIRE(net.come_up());
        net.run_for(3s);
        const auto found = net.a.machine->status().mtu;
        REQUIRE(found);
        REQUIRE(*found + overhead <= mtu);
        REQUIRE(*found + overhead + 40 >= mtu);
        REQUIRE(net.b.machine->status().mtu == found);
        // Meanwhile packets were small enough for any path.
        REQUIRE(net.a.mtus.front().second == 1280 - overhead);
    }
}

TEST_CASE("a path that gets narrower under way is noticed within three seconds", "[core][tunnel][mtu]") {
    std::size_t mtu = 1500;
    world net({.network = narrow(mtu)});
    REQUIRE(net.come_up());
    bool both = true;
    net.traffic = [&] {
        net.send_user(net.a);
        if (both) net.send_user(net.b);
    };
    net.run_for(7s);
    REQUIRE(net.a.machine->status().mtu == 1380);
    mtu = 1300;
    // As when the answers to large packets stay away: only A sends.
    both = false;
    const auto narrowed = net.now();
    REQUIRE(net.run_while_not([&] { return net.a.mtus.back().second + overhead <= mtu; }, 3s));
    net.run_for(2s);
    REQUIRE(net.a.machine->status().mtu.value() + overhead <= mtu);
    REQUIRE(net.a.machine->status().mtu.value() + overhead > mtu - 40);
    REQUIRE(net.a.paths.size() == 1);
    REQUIRE(narrowed < net.now());
    // And wider again.
    mtu = 1500;
    both = true;
    net.run_for(62s);
    REQUIRE(net.a.machine->status().mtu == 1380);
}

TEST_CASE("that only large packets are lost is noticed within three seconds", "[core][tunnel][mtu]") {
    std::size_t mtu = 1500;
    world net({.network = narrow(mtu)});
    REQUIRE(net.come_up());
    net.traffic = [&] {
        net.send_user(net.a);
        net.send_user(net.b);
        ++net.a.sample.sent_large;
    };
    net.run_for(7s);
    REQUIRE(net.a.machine->status().mtu == 1380);
    mtu = 1300;
    REQUIRE(net.run_while_not([&] { return net.a.mtus.back().second + overhead <= mtu; }, 3s));
    net.run_for(2s);
    REQUIRE(net.a.machine->status().mtu.value() + overhead > mtu - 40);
    mtu = 1500;
    net.run_for(5s);
    REQUIRE(net.a.machine->status().mtu == 1380);
}

TEST_CASE("loss alone does not make packets small for long", "[core][tunnel][mtu]") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        world net({.seed = seed});
        net.network = [&](const flight& what) {
            return net.random().below(100) < 5 ? std::vector<flight>{} : std::vector{what};
        };
        REQUIRE(net.come_up());
        net.run_for(3s);
        REQUIRE(net.a.machine->status().mtu == 1380);
        REQUIRE(net.b.machine->status().mtu == 1380);
    }
}

TEST_CASE("each way has its own MTU, and what was found is remembered", "[core][tunnel][mtu]") {
    const auto relay = at("198.51.100.1:17771");
    bool direct = true;
    world net;
    net.network = [&](const flight& what) -> std::vector<flight> {
        const bool relayed = net.is_relay(what.from) || net.is_relay(what.to);
        if (relayed ? what.data.size() + headers > 1320 : !direct) return {};
        return {what};
    };
    net.add_relay(relay);
    net.tell_relays();
    net.traffic = [&net] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
    REQUIRE(net.come_up());
    net.run_for(5s);
    REQUIRE(net.a.machine->status().mtu == 1380);
    direct = false;
    REQUIRE(net.run_while_not([&] { return net.a.machine->status().relay.has_value(); }, 2s));
    net.run_for(2s);
    REQUIRE(net.a.machine->status().mtu == 1320 - overhead);
    direct = true;
    REQUIRE(net.run_while_not([&] { return !net.a.machine->status().relay; }, 10s));
    REQUIRE(net.a.machine->status().mtu == 1380);
}

TEST_CASE("while packets flow the MTU is looked at once a minute, and never at rest", "[core][tunnel][mtu]") {
    world net;
    REQUIRE(net.come_up());
    net.traffic = [&net] {
        net.send_user(net.a);
        net.send_user(net.b);
    };
    net.run_for(5min);
    REQUIRE(probes(net.a) >= 5);
    REQUIRE(probes(net.a) <= 6);
    net.traffic = {};
    const auto before = probes(net.a);
    net.run_for(5min);
    REQUIRE(probes(net.a) <= before + 1);
}

}  // namespace buri::test
