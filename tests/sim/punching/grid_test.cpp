// Every pair of classes, in virtual time: whether both ends find a direct way, how, and how fast. BURI_SIM_SEEDS=1000 makes a long
// run of it, whose figures are printed.
#include "tests/sim/punching/pair.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

enum class reach { direct, guessed, sprayed, both_guessed, relayed };

/// Section by section of the pair table; A filters by port here.
reach expected(nat_class a, nat_class b) {
    using enum nat_class;
    const auto is_hard = [](nat_class each) { return each == A || each == S2 || each == Sq || each == Sr; };
    if (is_hard(b) && !is_hard(a)) std::swap(a, b);
    if (!is_hard(a)) return reach::direct;
    if (!is_hard(b)) {
        if (b != F && b != C3) return reach::direct;
        return a == Sq ? reach::guessed : reach::sprayed;
    }
    if (a == Sq && b == Sq) return reach::both_guessed;
    return a == S2 && b == S2 ? reach::sprayed : reach::relayed;
}

struct figures {
    unsigned count = 0;
    std::vector<duration> times;  ///< of those that got a direct way, ascending

    [[nodiscard]] double share_within(duration limit) const {
        return static_cast<double>(std::ranges::upper_bound(times, limit) - times.begin()) / count;
    }
    [[nodiscard]] long ms(unsigned percent) const {
        if (times.empty()) return -1;
        const auto at = times[std::min(times.size() - 1, times.size() * percent / 100)];
        return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(at).count());
    }
};

figures measure(nat_class a, nat_class b, unsigned count, double loss = 0) {
    figures found{count, {}};
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        auto settings = pair_of(a, b, seed);
        settings.loss = loss;
        if (const auto result = run_pair(settings); result.direct) found.times.push_back(*result.direct);
    }
    std::ranges::sort(found.times);
    return found;
}

void print(nat_class a, nat_class b, const figures& of) {
    const std::string pair = std::string(to_string(a)) + " x " + std::string(to_string(b));
    std::printf("%-8s %4u runs  direct %5.1f %%  in 2 s %5.1f %%  in 5 s %5.1f %%  p50 %ld  p95 %ld  p99 %ld ms\n",
                pair.c_str(), of.count, 100 * of.share_within(1h), 100 * of.share_within(2s), 100 * of.share_within(5s),
                of.ms(50), of.ms(95), of.ms(99));
    std::fflush(stdout);
}

constexpr std::array all{nat_class::P, nat_class::F,  nat_class::C1, nat_class::C2, nat_class::C3,
                         nat_class::A, nat_class::S2, nat_class::Sq, nat_class::Sr};

void check_pairs_of(reach which, unsigned usual, const std::function<void(const figures&)>& check) {
    for (const auto a : all) {
        for (const auto b : all) {
            if (expected(a, b) != which) continue;
            CAPTURE(to_string(a), to_string(b));
            const auto found = measure(a, b, runs(usual));
            print(a, b, found);
            check(found);
        }
    }
}

}  // namespace

TEST_CASE("pairs that need no guess are always direct, half of them within 300 ms") {
    check_pairs_of(reach::direct, 4, [](const figures& found) {
        CHECK(found.share_within(1h) == 1);
        CHECK(found.ms(50) <= 300);
        CHECK(found.ms(99) <= 1500);
    });
}

TEST_CASE("a predictable port is guessed within two seconds") {
    check_pairs_of(reach::guessed, 20, [](const figures& found) { CHECK(found.share_within(2s) >= 0.95); });
}

TEST_CASE("two predictable ports are guessed by both ends within five seconds") {
    check_pairs_of(reach::both_guessed, 40, [](const figures& found) { CHECK(found.share_within(5s) >= 0.8); });
}

TEST_CASE("a random port is found by many sockets and many guesses, 98 of 100 times within five seconds") {
    double within = 0;
    unsigned cells = 0;
    check_pairs_of(reach::sprayed, 4, [&](const figures& found) {
        within += found.share_within(5s);
        ++cells;
    });
    CHECK(within / cells >= 0.96);
}

TEST_CASE("pairs that cannot meet stay with the relay, without a flood") {
    for (const auto a : all) {
        for (const auto b : all) {
            if (expected(a, b) != reach::relayed) continue;
            CAPTURE(to_string(a), to_string(b));
            const auto result = run_pair(pair_of(a, b, 1));
            CHECK_FALSE(result.direct);
            for (const auto* each : {&result.a, &result.b}) {
                for (const auto& trial : each->trials) {
                    CHECK((trial.strategy == wire::punch_strategy::plain ||
                           trial.strategy == wire::punch_strategy::none));
                    CHECK(trial.packets <= 60);
                }
            }
        }
    }
}
