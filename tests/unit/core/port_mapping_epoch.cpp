#include "buri/core/port_mapping/gateway_epoch.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace std::chrono_literals;

namespace {

/// Whether a second answer, so long after one of epoch 1000, shows that nothing was lost.
bool is_the_same(std::uint32_t epoch, duration later) {
    core::gateway_epoch clock;
    CHECK(clock.on_answer(1000, time_point(1h)));
    return clock.on_answer(epoch, time_point(1h) + later);
}

}  // namespace

TEST_CASE("a gateway's clock that runs as ours does has lost nothing") {
    CHECK(is_the_same(1000, 0s));
    CHECK(is_the_same(1060, 60s));
    CHECK(is_the_same(999, 0s));
    CHECK(is_the_same(1001, 0s));
    CHECK(is_the_same(4600, 1h));
}

TEST_CASE("a gateway's clock may be wrong by an eighth and two seconds") {
    CHECK(is_the_same(1000 + 3600 - 450 - 2, 1h));
    CHECK_FALSE(is_the_same(1000 + 3600 - 450 - 3, 1h));
    CHECK(is_the_same(1000 + 4116, 1h));
    CHECK_FALSE(is_the_same(1000 + 4120, 1h));
}

TEST_CASE("a clock that went back, stopped or leapt has lost what it held") {
    CHECK_FALSE(is_the_same(998, 0s));
    CHECK_FALSE(is_the_same(0, 60s));
    CHECK_FALSE(is_the_same(1000, 60s));
    CHECK_FALSE(is_the_same(0xffffffff, 60s));
}

TEST_CASE("after a loss the new clock counts, and after forgetting any") {
    core::gateway_epoch clock;
    CHECK(clock.on_answer(5000, time_point(1h)));
    CHECK_FALSE(clock.on_answer(3, time_point(2h)));
    CHECK(clock.on_answer(63, time_point(2h) + 60s));
    clock.forget();
    CHECK(clock.on_answer(1, time_point(2h) + 61s));
}
