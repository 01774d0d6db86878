#include "daemon/event_source.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace buri::daemon;
using buri::wire::json;

TEST_CASE("everybody who subscribed hears an event, until the subscription ends", "[event_source]") {
    event_source source;
    int first = 0;
    int second = 0;
    auto one = source.subscribe([&](const json&) { ++first; });
    {
        const auto two = source.subscribe([&](const json&) { ++second; });
        source.publish({{"event", "online"}});
    }
    source.publish({{"event", "offline"}});
    CHECK(first == 2);
    CHECK(second == 1);
    one = subscription();
    source.publish({});
    CHECK(first == 2);
}

TEST_CASE("a handler may end its own subscription and others' while it runs", "[event_source]") {
    event_source source;
    int calls = 0;
    std::optional<subscription> own;
    std::optional<subscription> other;
    own = source.subscribe([&](const json&) {
        ++calls;
        other.reset();
        own.reset();
    });
    other = source.subscribe([&](const json&) { ++calls; });
    source.publish({});
    source.publish({});
    CHECK(calls == 1);
}

TEST_CASE("a handler that subscribes is not called for the same event", "[event_source]") {
    event_source source;
    int calls = 0;
    std::optional<subscription> later;
    const auto first = source.subscribe([&](const json&) {
        if (!later) later = source.subscribe([&](const json&) { ++calls; });
    });
    source.publish({});
    CHECK(calls == 0);
    source.publish({});
    CHECK(calls == 1);
}

TEST_CASE("a subscription may outlive its source", "[event_source]") {
    auto source = std::make_unique<event_source>();
    const auto kept = source->subscribe([](const json&) {});
    source.reset();
    SUCCEED();
}
