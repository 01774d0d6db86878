// One end restarts, the server restarts or is away: what was up stays up.
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

void put_two_at_home(story& told) {
    told.put(0, place::port_cone);
    told.put(1, place::port_cone);
    told.start_all();
    told.expect_direct(0, 1, 10s);
    told.book.forget_counts();
}

void talk_until_direct(story& told, duration limit) {
    const auto end = told.in.now() + limit;
    while (!told.is_direct(0, 1) && told.in.now() < end)
        told.talk(0, 1, 500ms, 500ms);
    told.in.expect(told.is_direct(0, 1), "they are direct again in time");
    told.in.run_for(1s);
}

}  // namespace

TEST_CASE("a node that was killed and started again is reached over a new tunnel") {
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        put_two_at_home(told);
        const auto before = told.bodo().tunnel_to(told.anna().id());
        told.anna().kill();
        told.in.run_for(told.in.between(0ms, 5s));
        told.anna().start();
        const auto is_new = [&] { return told.is_direct(0, 1) && told.bodo().tunnel_to(told.anna().id()) != before; };
        told.in.expect(told.in.run_until(is_new, 5s), "the new tunnel is used on both ends within 5 s");
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 15s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("both nodes restart at the same time") {
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        put_two_at_home(told);
        told.anna().kill();
        told.bodo().kill();
        told.in.run_for(1s);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.talk(0, 1, 20ms, 2s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("the server restarts under traffic: no packet is lost and the tunnel is the same") {
    for (const auto seed : seeds(4)) {
        story told(seed, 2);
        put_two_at_home(told);
        const auto before = told.anna().tunnel_to(told.bodo().id());
        told.talk(0, 1, 20ms, 2s);
        told.server.stop();
        told.talk(0, 1, 20ms, told.in.between(10ms, 5s));
        told.server.start();
        told.talk(0, 1, 20ms, 60s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().machine().is_online() && told.bodo().machine().is_online(), "both are online again");
        told.in.expect(told.anna().tunnel_to(told.bodo().id()) == before, "the server adopted the tunnel");
        told.in.expect(told.server.mediator().tunnel_count() == 1, "and knows of one");
    }
}

TEST_CASE("the server is away for an hour: tunnels are renewed without it") {
    for (const auto seed : seeds(1)) {
        story told(seed, 2);
        put_two_at_home(told);
        told.server.stop();
        told.talk(0, 1, 1s, 1h);
        told.expect_nothing_lost(0, 1);
        told.server.start();
        told.talk(0, 1, 100ms, 60s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().machine().is_online(), "and is found again");
    }
}

TEST_CASE("the server is away for an hour: idle tunnels are there when somebody wants them") {
    for (const auto seed : seeds(3)) {
        story told(seed, 2);
        put_two_at_home(told);
        told.server.stop();
        told.in.run_for(1h);
        told.talk(0, 1, 20ms, 1s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("while the server is away a node that restarted reaches its peers, and the server adopts that later") {
    for (const auto seed : seeds(20)) {
        story told(seed, 2);
        const auto killed = seed % 2;
        told.put(killed, place::port_cone);
        told.put(1 - killed, seed % 4 < 2 ? place::open : place::port_cone);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.in.run_for(told.in.between(0s, 600s));
        auto remembered = told.node(killed).machine().remembered();
        told.server.stop();
        told.in.run_for(1s);
        told.node(killed).kill();
        told.in.run_for(told.in.between(1s, 20s));
        told.node(killed).start_with(std::move(remembered));
        told.book.forget_counts();
        talk_until_direct(told, 60s);
        told.book.forget_counts();
        told.talk(0, 1, 100ms, 10s);
        told.expect_nothing_lost(0, 1);
        told.server.start();
        told.talk(0, 1, 100ms, 30s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().machine().is_online() && told.bodo().machine().is_online(), "both are online again");
    }
}

TEST_CASE("while the server is away two nodes that restarted find each other at home") {
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        told.put(0, place::port_cone);
        told.put_beside(1, 0);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        auto annas = told.anna().machine().remembered();
        auto bodos = told.bodo().machine().remembered();
        told.server.stop();
        told.anna().kill();
        told.bodo().kill();
        told.in.run_for(10s);
        told.anna().start_with(std::move(annas));
        told.bodo().start_with(std::move(bodos));
        talk_until_direct(told, 20s);
        told.book.forget_counts();
        told.talk(0, 1, 100ms, 10s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("a server that falls silent is noticed within half a minute and found again") {
    for (const auto seed : seeds(10)) {
        story told(seed, 2);
        put_two_at_home(told);
        told.server.set_cut(told.anna().id(), true);
        told.talk(0, 1, 100ms, 55s);
        told.in.expect(!told.anna().machine().is_online(), "anna knows that she is offline");
        told.server.set_cut(told.anna().id(), false);
        told.talk(0, 1, 100ms, 30s);
        told.in.expect(told.anna().machine().is_online(), "and is online again");
        told.in.expect(told.anna().connections() == 2, "by one new connection");
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("a new introduction replaces a working tunnel without losing a packet") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        put_two_at_home(told);
        const auto before = told.anna().tunnel_to(told.bodo().id());
        told.talk(0, 1, 10ms, 1s);
        told.anna().request(1, wire::tunnel_request{told.bodo().id()});
        told.talk(0, 1, 10ms, 15s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().answers().at(1).has_value(), "the server introduced them again");
        told.in.expect(told.anna().tunnel_to(told.bodo().id()) != before, "the new tunnel is used");
        told.in.expect(told.anna().link_count() == 1 && told.bodo().link_count() == 1, "the old one is gone");
    }
}

TEST_CASE("an introduction that the other never hears of costs nothing") {
    for (const auto seed : seeds(5)) {
        story told(seed, 2);
        put_two_at_home(told);
        const auto before = told.anna().tunnel_to(told.bodo().id());
        told.server.set_cut(told.bodo().id(), true);
        told.anna().request(1, wire::tunnel_request{told.bodo().id()});
        told.talk(0, 1, 20ms, 15s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().link_count() == 2, "a successor waits");
        told.in.expect(told.anna().tunnel_to(told.bodo().id()) == before, "the working tunnel is used");
    }
}
