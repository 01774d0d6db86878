// Packets through tunnels over time: rekeys, lossy and disorderly paths, packets too large.
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
    told.expect_direct(0, 1, 15s);
    told.in.run_for(1s);
    told.book.forget_counts();
}

}  // namespace

TEST_CASE("ten minutes of traffic and their rekeys lose not one packet") {
    for (const auto seed : seeds(2)) {
        story told(seed, 2);
        put_two_at_home(told);
        std::set<int> epochs;
        for (int second = 0; second < 600; ++second) {
            told.talk(0, 1, 50ms, 1s);
            const auto status = told.anna().machine().peers().front().tunnel;
            told.in.expect(status && status->epoch, "the tunnel always has keys");
            epochs.insert(*status->epoch);
        }
        told.expect_nothing_lost(0, 1);
        told.in.expect(epochs.size() == 4, "every epoch was used");
    }
}

TEST_CASE("rekeys come through on a path that loses one of ten") {
    for (const auto seed : seeds(2)) {
        story told(seed, 2);
        put_two_at_home(told);
        told.set_path_loss(0.1);
        told.talk(0, 1, 100ms, 600s);
        const auto there = told.book.between(told.anna().id(), told.bodo().id());
        told.in.expect(there.longest_silence < 3s, "no gap is longer than the losses explain");
        told.in.expect(there.delivered > there.sent * 85 / 100, "most arrive");
        told.in.expect(told.is_direct(0, 1), "the tunnel is up");
    }
}

TEST_CASE("doubled and overtaking packets are delivered once each") {
    for (const auto seed : seeds(2)) {
        story told(seed, 2);
        put_two_at_home(told);
        for (const std::size_t index : {0U, 1U}) {
            told.uplink_of(index).duplicate = 0.3;
            told.uplink_of(index).reorder = 0.2;
            told.uplink_of(index).reorder_by = 60ms;
            told.uplink_of(index).jitter = 20ms;
        }
        told.talk(0, 1, 10ms, 130s);
        told.expect_nothing_lost(0, 1);
        told.in.expect(told.anna().dropped(dataplane::drop_reason::replayed) > 100, "doubles came");
    }
}

TEST_CASE("tunnels come up over doubling and overtaking paths") {
    for (const auto seed : seeds(50)) {
        story told(seed, 2);
        told.put(0, place::port_cone);
        told.put(1, place::port_cone);
        for (const std::size_t index : {0U, 1U}) {
            told.uplink_of(index).duplicate = 0.5;
            told.uplink_of(index).reorder = 0.5;
            told.uplink_of(index).reorder_by = 100ms;
        }
        told.start_all();
        told.expect_direct(0, 1, 10s);
        told.book.forget_counts();
        told.talk(0, 1, 20ms, 2s);
        told.expect_nothing_lost(0, 1);
    }
}

TEST_CASE("a path with a small MTU loses large packets only") {
    story told(1, 2);
    put_two_at_home(told);
    told.uplink_of(0).mtu = 1280;
    told.talk(0, 1, 20ms, 1s);
    for (int i = 0; i < 50; ++i) {
        told.anna().send_packet(told.bodo().id(), 1340);
        told.in.run_for(20ms);
    }
    told.talk(0, 1, 20ms, 130s);
    told.in.run_for(1s);
    told.in.expect(told.book.between(told.anna().id(), told.bodo().id()).lost() == 50, "the large ones are lost");
    told.in.expect(told.book.between(told.bodo().id(), told.anna().id()).lost() == 0, "the small ones are not");
    told.in.expect(told.is_direct(0, 1), "and the tunnel stays");
}

TEST_CASE("an echo comes back through the tunnel, and an answer that nobody asked for is nothing") {
    story told(1, 2);
    put_two_at_home(told);
    told.anna().send_echo(told.bodo().id(), 7);
    told.in.run_for(1s);
    CHECK(told.anna().echoes().size() == 1);
    CHECK(told.anna().echoes().front().number == 7);
    CHECK(told.bodo().echoes().empty());
}
