#include "buri/link/race_order.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace buri::link {
namespace {

using namespace std::chrono_literals;

const time_point start(std::chrono::hours(1));

way make(way_kind kind, const std::string& host, std::uint32_t address = 1) {
    const std::uint16_t port = kind == way_kind::tcp ? 12975 : 443;
    return {kind, host, port, kind == way_kind::tls_via_proxy ? endpoint() : endpoint{ip_address::v4(address), port}};
}

/// What is started when, with nothing failing.
std::vector<std::pair<duration, way>> all_of(race_order& order, time_point now = start) {
    std::vector<std::pair<duration, way>> out;
    while (order.next_deadline() != never) {
        now = std::max(now, order.next_deadline());
        while (auto next = order.take(now))
            out.emplace_back(now - start, std::move(*next));
    }
    return out;
}

TEST_CASE("two over TCP, two over TLS, one through the proxy, 250 ms apart") {
    race_order order(std::nullopt, 0, start);
    order.add(make(way_kind::tls_via_proxy, "a"));
    for (const std::uint32_t address : {1U, 2U, 3U}) {
        order.add(make(way_kind::tcp, "a", address));
        order.add(make(way_kind::tls, "a", address));
    }
    CHECK(all_of(order) == std::vector<std::pair<duration, way>>{{0ms, make(way_kind::tcp, "a", 1)},
                                                                 {250ms, make(way_kind::tcp, "a", 2)},
                                                                 {500ms, make(way_kind::tls, "a", 1)},
                                                                 {750ms, make(way_kind::tls, "a", 2)},
                                                                 {1000ms, make(way_kind::tls_via_proxy, "a")},
                                                                 {1250ms, make(way_kind::tcp, "a", 3)},
                                                                 {1500ms, make(way_kind::tls, "a", 3)}});
    CHECK(order.is_exhausted());
}

TEST_CASE("nothing is started before its time, and a failure starts the next at once, one") {
    race_order order(std::nullopt, 0, start);
    for (const std::uint32_t address : {1U, 2U, 3U})
        order.add(make(way_kind::tcp, "a", address));
    CHECK(order.take(start));
    CHECK_FALSE(order.take(start));
    CHECK(order.next_deadline() == start + 250ms);
    CHECK_FALSE(order.take(start + 249ms));
    order.on_failure(start + 20ms);
    CHECK(order.next_deadline() == start + 20ms);
    CHECK(order.take(start + 20ms)->to.address == ip_address::v4(2));
    CHECK_FALSE(order.take(start + 20ms));
    CHECK(order.take(start + 270ms)->to.address == ip_address::v4(3));
    CHECK(order.next_deadline() == never);
}

TEST_CASE("the way that worked last is the first, whatever kind it is") {
    race_order order(known_way{way_kind::tls_via_proxy, "b"}, 0, start);
    order.add(make(way_kind::tcp, "a"));
    order.add(make(way_kind::tls_via_proxy, "a"));
    order.add(make(way_kind::tls_via_proxy, "b"));
    const auto all = all_of(order);
    REQUIRE(all.size() == 3);
    CHECK(all[0].second == make(way_kind::tls_via_proxy, "b"));
    CHECK(all[1].second == make(way_kind::tcp, "a"));
    CHECK(all[1].first == 1s);
    CHECK(all[2].first == 1250ms);
}

TEST_CASE("when the way that worked last fails, the others start at once") {
    race_order order(known_way{way_kind::tls, "a"}, 0, start);
    order.add(make(way_kind::tcp, "a"));
    order.add(make(way_kind::tls, "a"));
    CHECK(order.take(start) == make(way_kind::tls, "a"));
    CHECK_FALSE(order.take(start + 300ms));
    order.on_failure(start + 300ms);
    CHECK(order.take(start + 300ms) == make(way_kind::tcp, "a"));
}

TEST_CASE("a way that worked last and is not there any more holds nothing up") {
    race_order order(known_way{way_kind::tls, "gone"}, 0, start);
    order.add(make(way_kind::tcp, "a"));
    CHECK(order.take(start) == make(way_kind::tcp, "a"));
}

TEST_CASE("a proxy waits 250 ms for names that are being resolved, and no longer") {
    race_order order(std::nullopt, 2, start);
    order.add(make(way_kind::tls_via_proxy, "a"));
    CHECK_FALSE(order.take(start));
    CHECK(order.next_deadline() == start + 250ms);
    SECTION("a name is there first") {
        order.on_lookup_done();
        order.add(make(way_kind::tcp, "a"));
        CHECK(order.take(start + 30ms)->kind == way_kind::tcp);
        CHECK(order.take(start + 280ms)->kind == way_kind::tls_via_proxy);
        CHECK_FALSE(order.is_exhausted());
        order.on_lookup_done();
        CHECK(order.is_exhausted());
    }
    SECTION("no name comes") {
        CHECK_FALSE(order.take(start + 249ms));
        CHECK(order.take(start + 250ms)->kind == way_kind::tls_via_proxy);
    }
    SECTION("the names have failed") {
        order.on_lookup_done();
        order.on_lookup_done();
        CHECK(order.take(start + 1ms)->kind == way_kind::tls_via_proxy);
    }
}

TEST_CASE("a name with a thousand addresses does not make a thousand ways") {
    race_order order(std::nullopt, 0, start);
    for (std::uint32_t address = 0; address < 1000; ++address)
        order.add(make(way_kind::tcp, "a", address));
    CHECK(all_of(order).size() == race_order::max_ways);
}

}  // namespace
}  // namespace buri::link
