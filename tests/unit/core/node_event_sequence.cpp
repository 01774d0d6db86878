#include "buri/core/node/event_sequence.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using verdict = event_sequence::verdict;

namespace {

wire::numbered_event sync_of(std::uint64_t session, std::uint64_t sequence) {
    wire::sync all;
    all.session = session;
    return {sequence, std::move(all)};
}

wire::numbered_event note(std::uint64_t sequence) {
    return {sequence, wire::notice{}};
}

wire::numbered_event resumed(std::uint64_t sequence) {
    return {sequence, wire::resumed{}};
}

wire::resume_point point(std::uint64_t session, std::uint64_t sequence) {
    return {session, sequence};
}

}  // namespace

TEST_CASE("the first connection asks for everything, a later one for what follows") {
    event_sequence events;
    CHECK_FALSE(events.on_connected());
    CHECK(events.on_event(sync_of(9, 40)) == verdict::take);
    CHECK(events.on_event(note(41)) == verdict::take);
    CHECK(events.on_event(note(42)) == verdict::take);
    events.on_disconnected();
    CHECK(events.on_connected() == point(9, 42));
    CHECK(events.on_event(resumed(42)) == verdict::take);
    CHECK(events.on_event(note(43)) == verdict::take);
    events.on_disconnected();
    CHECK(events.on_connected() == point(9, 43));
}

TEST_CASE("a server that cannot resume sends everything, in a session of its own numbers") {
    event_sequence events;
    events.on_connected();
    events.on_event(sync_of(9, 40));
    events.on_disconnected();
    CHECK(events.on_connected());
    CHECK(events.on_event(sync_of(10, 1)) == verdict::take);
    CHECK(events.on_event(note(2)) == verdict::take);
    events.on_disconnected();
    CHECK(events.on_connected() == point(10, 2));
}

TEST_CASE("a number that is left out, repeated or from the past is a gap, told once") {
    for (const std::uint64_t odd : {0ULL, 1ULL, 5ULL, 7ULL, ~0ULL}) {
        CAPTURE(odd);
        event_sequence events;
        events.on_connected();
        events.on_event(sync_of(9, 5));
        CHECK(events.on_event(note(odd)) == verdict::gap);
        CHECK(events.on_event(note(6)) == verdict::ignore);
        CHECK(events.on_event(sync_of(9, 8)) == verdict::ignore);
        events.on_disconnected();
        CHECK(events.on_connected() == point(9, 5));
    }
}

TEST_CASE("a gap that comes again after resuming asks for everything") {
    event_sequence events;
    events.on_connected();
    events.on_event(sync_of(9, 5));
    events.on_event(note(7));
    events.on_disconnected();
    CHECK(events.on_connected());
    events.on_event(resumed(5));
    CHECK(events.on_event(note(7)) == verdict::gap);
    events.on_disconnected();
    CHECK_FALSE(events.on_connected());
    CHECK(events.on_event(sync_of(9, 7)) == verdict::take);
}

TEST_CASE("resumed without having been asked for, or twice, is nothing") {
    event_sequence events;
    events.on_connected();
    CHECK(events.on_event(resumed(0)) == verdict::ignore);
    CHECK(events.on_event(sync_of(9, 5)) == verdict::take);
    CHECK(events.on_event(resumed(5)) == verdict::ignore);
    events.on_disconnected();
    events.on_connected();
    CHECK(events.on_event(resumed(5)) == verdict::take);
    CHECK(events.on_event(resumed(5)) == verdict::ignore);
    CHECK(events.on_event(note(6)) == verdict::take);
}

TEST_CASE("what a server says before it synchronises does not count") {
    event_sequence events;
    events.on_connected();
    CHECK(events.on_event(note(77)) == verdict::take);
    CHECK(events.on_event(note(3)) == verdict::take);
    CHECK(events.on_event(sync_of(9, 5)) == verdict::take);
    CHECK(events.on_event(note(6)) == verdict::take);
}

TEST_CASE("an event of a later version is no gap") {
    event_sequence events;
    events.on_connected();
    events.on_unknown_event();
    events.on_event(sync_of(9, 5));
    events.on_unknown_event();
    CHECK(events.on_event(note(7)) == verdict::take);
}

TEST_CASE("a server without sessions, and a sync that was of no use, are never resumed") {
    event_sequence events;
    events.on_connected();
    events.on_event(sync_of(0, 5));
    events.on_disconnected();
    CHECK_FALSE(events.on_connected());
    events.on_event(sync_of(9, 5));
    events.forget();
    events.on_disconnected();
    CHECK_FALSE(events.on_connected());
}

TEST_CASE("a connection that ended before anything was said loses nothing") {
    event_sequence events;
    events.on_connected();
    events.on_event(sync_of(9, 5));
    events.on_disconnected();
    for (int i = 0; i < 3; ++i) {
        CHECK(events.on_connected() == point(9, 5));
        events.on_disconnected();
    }
}
