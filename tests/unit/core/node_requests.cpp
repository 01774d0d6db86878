#include "buri/core/node/requests.hpp"
#include "buri/core/node/server_watch.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{50s};

pending_request ticket(std::uint64_t number) {
    pending_request who;
    who.ticket = number;
    return who;
}

}  // namespace

TEST_CASE("an answer finds its request, once") {
    requests waiting;
    const auto first = waiting.add(wire::ping{}, ticket(7), start);
    const auto second = waiting.add(wire::bye{}, ticket(8), start);
    CHECK(first.number != second.number);
    CHECK(first.number != 0);
    CHECK(std::holds_alternative<wire::bye>(second.body));
    CHECK(waiting.on_answer(second.number)->ticket == 8);
    CHECK_FALSE(waiting.on_answer(second.number));
    CHECK_FALSE(waiting.on_answer(99));
    CHECK(waiting.on_answer(first.number)->ticket == 7);
    CHECK(waiting.next_deadline() == never);
}

TEST_CASE("a request expires after ten seconds, and its answer is then nobody's") {
    requests waiting;
    const auto first = waiting.add(wire::ping{}, ticket(1), start);
    waiting.add(wire::ping{}, ticket(2), start + 3s);
    CHECK(waiting.next_deadline() == start + 10s);
    CHECK(waiting.take_expired(start + 9999ms).empty());
    const auto expired = waiting.take_expired(start + 10s);
    REQUIRE(expired.size() == 1);
    CHECK(expired.front().ticket == 1);
    CHECK_FALSE(waiting.on_answer(first.number));
    CHECK(waiting.next_deadline() == start + 13s);
}

TEST_CASE("all are given back when the connection is gone, and numbers go on") {
    requests waiting;
    const auto first = waiting.add(wire::ping{}, ticket(1), start);
    waiting.add(wire::ping{}, ticket(2), start);
    CHECK(waiting.take_all().size() == 2);
    CHECK(waiting.take_all().empty());
    CHECK(waiting.add(wire::ping{}, ticket(3), start).number > first.number + 1);
}

TEST_CASE("requests are bounded") {
    requests waiting;
    while (!waiting.is_full())
        waiting.add(wire::ping{}, ticket(1), start);
    CHECK(waiting.take_all().size() == requests::max_pending);
    CHECK_FALSE(waiting.is_full());
}

TEST_CASE("a silent server is pinged after 20 s and given up 10 s later, once") {
    server_watch watch;
    CHECK(watch.next_deadline() == never);
    watch.on_connected(start);
    watch.on_received(start);
    CHECK(watch.on_deadline(start + 19s) == server_watch::action::none);
    CHECK(watch.on_deadline(start + 20s) == server_watch::action::ping);
    CHECK(watch.on_deadline(start + 29s) == server_watch::action::none);
    CHECK(watch.on_deadline(start + 30s) == server_watch::action::give_up);
    CHECK(watch.next_deadline() == never);
    watch.on_received(start + 31s);
    CHECK(watch.next_deadline() == never);
}

TEST_CASE("a silent server whose own relay answers is pinged each minute") {
    server_watch watch;
    watch.on_connected(start);
    watch.on_received(start);
    std::vector<int> pinged;
    for (int second = 1; second <= 300; ++second) {
        const auto now = start + std::chrono::seconds(second);
        if (watch.next_deadline() <= now && watch.on_deadline(now) == server_watch::action::ping) {
            pinged.push_back(second);
            watch.on_received(now);
        }
        if (second % 25 == 5) watch.on_relay_answered(now);
    }
    CHECK(pinged == std::vector<int>{60, 120, 180, 240, 300});
    // The relay's answers do not hide that the connection is dead.
    CHECK(watch.on_deadline(start + 360s) == server_watch::action::ping);
    watch.on_relay_answered(start + 365s);
    CHECK(watch.on_deadline(start + 370s) == server_watch::action::give_up);
}

TEST_CASE("any word of the server resets the watch; a hello without one is given up after 10 s") {
    server_watch watch;
    watch.on_connected(start);
    CHECK(watch.on_deadline(start + 10s) == server_watch::action::give_up);
    watch.on_connected(start);
    watch.on_received(start + 1s);
    CHECK(watch.on_deadline(start + 21s) == server_watch::action::ping);
    watch.on_received(start + 22s);
    CHECK(watch.on_deadline(start + 31s) == server_watch::action::none);
    CHECK(watch.next_deadline() == start + 42s);
    watch.on_disconnected();
    CHECK(watch.next_deadline() == never);
}

TEST_CASE(
    "a server that talks all the time is pinged each minute, so that it does not end the connection of a silent node") {
    server_watch watch;
    watch.on_connected(start);
    std::vector<int> pings;
    for (int second = 1; second <= 180; ++second) {
        watch.on_received(start + std::chrono::seconds(second));
        if (watch.on_deadline(start + std::chrono::seconds(second)) == server_watch::action::ping)
            pings.push_back(second);
    }
    CHECK(pings == std::vector<int>{60, 120, 180});
}
