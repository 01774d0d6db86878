// Relays: the first path of a pair, its last resort, and where it rests.
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iostream>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

double ms(duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

/// Says figures where they are asked for, with BURI_SIM_SEEDS.
void tell(const std::string& what, std::vector<duration> times) {
    std::ranges::sort(times);
    const auto at = [&](std::size_t percent) {
        return ms(times[std::min(times.size() - 1, times.size() * percent / 100)]);
    };
    if (times.size() >= 100) {
        std::cout << what << ": p50 " << at(50) << " p95 " << at(95) << " p99 " << at(99) << " max " << ms(times.back())
                  << " ms of " << times.size() << "\n";
    }
}

duration median(std::vector<duration> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

void expect_relayed(story& told, duration limit) {
    told.in.expect(told.in.run_until([&] { return told.is_relayed(0, 1); }, limit), "both are up through a relay");
}

duration longest_silence(story& told) {
    const auto there = told.book.between(told.anna().id(), told.bodo().id());
    const auto back = told.book.between(told.bodo().id(), told.anna().id());
    told.in.expect(there.delivered > 0 && back.delivered > 0, "packets flow both ways");
    return std::max({there.longest_silence, back.longest_silence, there.last_sent - there.last_delivered,
                     back.last_sent - back.last_delivered});
}

}  // namespace

TEST_CASE("two symmetric NATs talk through a relay, at once and without loss") {
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        told.add_relay();
        told.put(0, place::symmetric);
        told.put(1, place::symmetric);
        told.start_all();
        expect_relayed(told, 2s);
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 20s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.is_relayed(0, 1), "the relay stays the path");
    }
}

TEST_CASE("from the relay to a direct path nothing is lost") {
    for (const auto seed : seeds(30)) {
        story told(seed, 2);
        told.add_relay();
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.anna().start();
        told.in.run_for(told.in.between(0ms, 500ms));
        told.bodo().start();
        told.in.expect(told.in.run_until([&] { return told.is_relayed(0, 1) || told.is_direct(0, 1); }, 3s), "up");
        told.book.forget_counts();
        told.talk(0, 1, 5ms, 5s);
        told.in.expect(!told.is_relayed(0, 1), "the path is direct");
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("a silent rebinding in front of a port-restricted pair costs less than two seconds with a relay") {
    std::vector<duration> outages;
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        told.add_relay();
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.start_all();
        told.in.expect(told.in.run_until([&] { return told.is_direct(0, 1); }, 10s), "direct");
        told.talk(0, 1, 20ms, 5s + told.in.between(0ms, 500ms));
        told.in.expect(!told.is_relayed(0, 1), "the path is direct");
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 1s);
        told.router_of(0).rebind();
        told.talk(0, 1, 20ms, 4s);
        outages.push_back(longest_silence(told));
        told.in.expect(outages.back() <= 2s, "the outage is shorter than two seconds");
    }
    tell("silent rebinding", outages);
}

TEST_CASE("a dead relay is left for another within 1.5 s") {
    std::vector<duration> relayed;
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        auto& first = told.add_relay();
        auto& second = told.add_relay();
        told.put(0, place::symmetric);
        told.put(1, place::symmetric);
        told.start_all();
        expect_relayed(told, 3s);
        told.talk(0, 1, 20ms, 5s + told.in.between(0ms, 500ms));
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 1s);
        (told.anna().relay_to(told.bodo().id()) == 1U ? first : second).set_alive(false);
        told.talk(0, 1, 20ms, 4s);
        relayed.push_back(longest_silence(told));
        told.in.expect(relayed.back() <= 1500ms, "the other relay takes over within 1.5 s");
    }
    tell("dead relay", relayed);
}

TEST_CASE("with five of a hundred packets lost a pair is up and stays up") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        told.add_relay();
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.set_path_loss(0.05);
        told.start_all();
        told.in.expect(told.in.run_until([&] { return told.is_direct(0, 1); }, 10s), "up");
        told.in.run_for(5s);
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 60s);
        told.in.expect(longest_silence(told) <= 500ms, "no outage");
    }
}

TEST_CASE("a pair at rest sends nothing to each other, and wakes through the relay") {
    std::vector<duration> times;
    for (const auto seed : seeds(6)) {
        for (const bool from_first : {true, false}) {
            story told(seed, 2);
            auto& relay = told.add_relay();
            told.put(0, place::port_cone);
            told.put(1, place::port_cone);
            told.start_all();
            told.in.expect(told.in.run_until([&] { return told.is_direct(0, 1); }, 10s), "up");
            told.talk(0, 1, 20ms, 2s);
            told.in.run_for(130s);
            auto& from = from_first ? told.anna() : told.bodo();
            auto& to = from_first ? told.bodo() : told.anna();
            told.in.expect(from.is_resting(to.id()) && to.is_resting(from.id()), "both rest");
            const auto before = relay.datagrams();
            told.in.run_for(20min);
            told.in.expect(relay.datagrams() == before, "nothing is sent at rest");
            told.book.forget_counts();
            const auto woken = told.in.now();
            for (int i = 0; i < 1000 && told.book.between(from.id(), to.id()).delivered == 0; ++i) {
                if (i % 5 == 0) from.send_packet(to.id());
                told.in.run_for(1ms);
            }
            times.push_back(told.in.now() - woken);
            told.in.expect(times.back() <= 350ms, "soon");
            told.in.expect(told.in.run_until([&] { return !told.is_relayed(0, 1); }, 5s), "and it is direct again");
        }
    }
    tell("first byte after a rest", times);
    CHECK(median(times) <= 300ms);
}
