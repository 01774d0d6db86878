// Who may talk to whom changes: tunnels follow, at once.
#include "tests/sim/internet/story.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::sim;
using namespace std::chrono_literals;

namespace {

const auto lab = *network_name::parse("lab-net");

}  // namespace

TEST_CASE("leaving the network closes the tunnel on both ends") {
    for (const auto seed : seeds(10)) {
        story told(seed, 3);
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.put(2, place::open);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.expect_direct(0, 2, 10s);
        told.bodo().request(1, wire::leave_network{lab});
        told.in.run_for(1s);
        told.in.expect(told.bodo().answers().at(1).has_value(), "leaving is answered with ok");
        told.in.expect(told.anna().tunnel_state(told.bodo().id()) == "closed", "anna has no tunnel to bodo");
        told.in.expect(told.bodo().tunnel_state(told.anna().id()) == "closed", "bodo has no tunnel to anna");
        told.in.expect(told.bodo().machine().peers().empty(), "bodo knows nobody");
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 1s);
        told.in.run_for(1s);
        told.in.expect(told.book.between(told.anna().id(), told.bodo().id()).delivered == 0, "nothing gets there");
        told.talk(0, 2, 20ms, 1s);
        told.expect_nothing_lost(0, 2);
    }
}

TEST_CASE("who joins is reached, and who is outside never is") {
    for (const auto seed : seeds(10)) {
        story told(seed, 3, 1);
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        told.put(2, place::port_cone);
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.talk(0, 2, 20ms, 500ms);
        told.in.expect(told.book.between(told.anna().id(), told.node(2).id()).delivered == 0, "cleo is outside");
        told.in.expect(told.node(2).machine().peers().empty(), "and sees nobody");
        told.node(2).request(9, wire::join_network{lab, std::nullopt, std::nullopt});
        told.in.expect(told.in.run_until([&] { return told.is_direct(0, 2) && told.is_direct(1, 2); }, 10s),
                       "cleo is direct with both");
        told.book.forget_counts();
        told.talk(0, 2, 20ms, 1s);
        told.talk(2, 1, 20ms, 1s);
        told.expect_nothing_lost(0, 2);
    }
}

TEST_CASE("leaving while the server cannot be reached by the other closes the tunnel later") {
    story told(4, 2);
    told.put(0, place::port_cone);
    told.put(1, place::port_cone);
    told.start_all();
    told.expect_direct(0, 1, 10s);
    told.server.set_cut(told.anna().id(), true);
    told.bodo().request(1, wire::leave_network{lab});
    told.in.run_for(40s);
    told.server.set_cut(told.anna().id(), false);
    told.in.run_for(20s);
    told.in.expect(told.anna().tunnel_state(told.bodo().id()) == "closed", "anna has learned it");
    told.in.expect(told.anna().machine().is_online(), "and is online");
}

TEST_CASE("a deleted network takes all its tunnels with it, and the network can be made again") {
    story told(5, 3);
    for (std::size_t i = 0; i < 3; ++i)
        told.put(i, place::port_cone);
    told.start_all();
    for (const auto& [a, b] : {std::pair{0U, 1U}, std::pair{0U, 2U}, std::pair{1U, 2U}})
        told.expect_direct(a, b, 10s);
    told.anna().request(1, wire::delete_network{lab});
    told.in.run_for(1s);
    for (std::size_t i = 0; i < 3; ++i) {
        told.in.expect(told.node(i).machine().peers().empty(), "nobody knows anybody");
        told.in.expect(told.node(i).machine().networks().empty(), "or any network");
    }
    told.in.expect(told.server.mediator().tunnel_count() == 0, "the server has no tunnels");
    told.bodo().request(1, wire::create_network{lab, std::nullopt});
    told.in.run_for(1s);
    told.anna().request(2, wire::join_network{lab, std::nullopt, std::nullopt});
    told.expect_direct(0, 1, 10s);
    told.anna().request(3, wire::join_network{*network_name::parse("nowhere"), std::nullopt, std::nullopt});
    told.in.run_for(1s);
    CHECK(told.anna().answers().at(3).error().code == errc::network_not_found);
}
