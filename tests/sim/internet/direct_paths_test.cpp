// Who reaches whom directly, and how fast.
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

/// Times until both are direct, ascending.
std::vector<duration> times_to_direct(unsigned count, double loss) {
    std::vector<duration> times;
    for (const auto seed : seeds(count)) {
        story told(seed, 2);
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.set_path_loss(loss);
        told.anna().start();
        told.in.run_for(told.in.between(0ms, 50ms));
        told.bodo().start();
        times.push_back(told.expect_direct(0, 1, 30s));
    }
    std::ranges::sort(times);
    return times;
}

duration percentile(const std::vector<duration>& sorted, unsigned percent) {
    return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

double ms(duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

TEST_CASE("two nodes behind ordinary home routers are direct within a second and a half") {
    const auto times = times_to_direct(1000, 0);
    INFO("p50 " << ms(percentile(times, 50)) << " p95 " << ms(percentile(times, 95)) << " p99 "
                << ms(percentile(times, 99)) << " max " << ms(times.back()) << " ms");
    CHECK(percentile(times, 50) <= 600ms);
    CHECK(percentile(times, 95) <= 1500ms);
    CHECK(percentile(times, 99) <= 1500ms);
}

TEST_CASE("with five of a hundred packets lost they are direct within three seconds") {
    const auto times = times_to_direct(1000, 0.05);
    INFO("p50 " << ms(percentile(times, 50)) << " p95 " << ms(percentile(times, 95)) << " p99 "
                << ms(percentile(times, 99)) << " max " << ms(times.back()) << " ms");
    CHECK(percentile(times, 95) <= 1500ms);
    CHECK(percentile(times, 99) <= 3000ms);
}

TEST_CASE("every pair of places where a direct path exists finds it") {
    const std::vector easy{place::open, place::firewall, place::full_cone, place::address_cone, place::port_cone};
    const std::vector hard{place::address_bound, place::symmetric_adf, place::symmetric};
    const std::vector opposite_hard{place::open, place::full_cone, place::address_cone};
    std::vector<std::pair<place, place>> pairs;
    for (const auto a : easy) {
        for (const auto b : easy)
            pairs.emplace_back(a, b);
    }
    for (const auto a : hard) {
        for (const auto b : opposite_hard)
            pairs.insert(pairs.end(), {{a, b}, {b, a}});
    }
    for (const auto& [a, b] : pairs) {
        for (const auto seed : seeds(4)) {
            CAPTURE(to_string(a), to_string(b));
            story told(seed, 2);
            told.put(0, a);
            told.put(1, b);
            told.start_all();
            told.expect_direct(0, 1, 10s);
            told.book.forget_counts();
            told.talk(0, 1, 20ms, 200ms);
            told.expect_nothing_lost(0, 1);
        }
    }
}

TEST_CASE("nodes with nothing but IPv6 behind firewalls are direct") {
    for (const auto seed : seeds(20)) {
        story told(seed, 2);
        told.put(0, place::firewall, true);
        told.put(1, place::firewall, true);
        told.start_all();
        CHECK(told.expect_direct(0, 1, 10s) <= 1500ms);
    }
}

TEST_CASE("nodes behind a carrier's NAT and a home router each are direct") {
    for (const auto seed : seeds(20)) {
        story told(seed, 2);
        told.put_behind_carrier(0);
        told.put_behind_carrier(1);
        told.start_all();
        told.expect_direct(0, 1, 10s);
    }
}

TEST_CASE("two nodes in one home talk within it, though the router does not hairpin") {
    for (const auto seed : seeds(20)) {
        story told(seed, 2);
        told.put(0, place::port_cone);
        told.put_beside(1, 0);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.book.forget_counts();
        // The line to the world is cut and nobody notices.
        told.uplink_of(0).cut = true;
        told.talk(0, 1, 20ms, 5s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("two symmetric NATs stay apart without a flood and without failing anything else") {
    for (const auto seed : seeds(5)) {
        story told(seed, 3);
        told.put(0, place::symmetric);
        told.put(1, place::symmetric);
        told.put(2, place::open);
        told.start_all();
        told.expect_direct(0, 2, 10s);
        told.expect_direct(1, 2, 10s);
        told.in.run_for(120s);
        told.in.expect(!told.is_direct(0, 1), "two symmetric NATs have no path");
        told.in.expect(told.anna().tunnel_state(told.bodo().id()) == "connecting", "and keep trying");
        told.book.forget_counts();
        told.talk(0, 2, 50ms, 2s);
        told.expect_nothing_lost(0, 2);
    }
}
