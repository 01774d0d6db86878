#include "tests/unit/core/node_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

TEST_CASE("a user's request ends in its answer, in time out, or with the connection") {
    fixture f;
    f.machine.request(1, wire::leave_network{lab}, f.now);
    auto done = f.all<request_done>();
    REQUIRE(done.size() == 1);
    CHECK(done.front().outcome.error().code == errc::not_online);
    f.go_online();

    f.machine.request(2, wire::leave_network{lab}, f.now);
    f.answer(f.requests_of<wire::leave_network>().front().first);
    done = f.all<request_done>();
    REQUIRE(done.size() == 1);
    CHECK(done.front().ticket == 2);
    CHECK(done.front().outcome.has_value());

    f.machine.request(3, wire::leave_network{lab}, f.now);
    const auto number = f.requests_of<wire::leave_network>().front().first;
    f.answer(number, wire::error_answer{68, "no"});
    CHECK(f.all<request_done>().front().outcome.error() == error{errc::not_owner, "no"});
    f.answer(number);
    f.answer(9999);
    CHECK(f.all<request_done>().empty());

    f.machine.request(4, wire::leave_network{lab}, f.now);
    f.run_for(10s);
    CHECK(f.all<request_done>().front().outcome.error().code == errc::timed_out);
    f.machine.request(5, wire::leave_network{lab}, f.now);
    f.machine.on_disconnected(f.now);
    CHECK(f.all<request_done>().front().outcome.error().code == errc::not_online);
}

TEST_CASE("an answer that carries something comes back as it is") {
    fixture f;
    f.go_online();
    f.machine.request(1, wire::make_invite{}, f.now);
    f.answer(f.requests_of<wire::make_invite>().front().first, wire::invite_made{9});
    const auto done = f.all<request_done>();
    REQUIRE(done.size() == 1);
    CHECK(done.front().outcome == result<wire::answer>(wire::invite_made{9}));
}

TEST_CASE("an error number from the future reads as internal") {
    fixture f;
    f.go_online();
    f.machine.request(1, wire::leave_network{lab}, f.now);
    f.answer(f.requests_of<wire::leave_network>().front().first, wire::error_answer{60000, ""});
    CHECK(f.all<request_done>().front().outcome.error().code == errc::internal);
}

TEST_CASE("a nickname is ours once the server took it") {
    fixture f;
    f.go_online();
    f.machine.request(1, wire::set_nickname{"other"}, f.now);
    CHECK(f.machine.nickname() == "self");
    f.answer(f.requests_of<wire::set_nickname>().front().first);
    CHECK(f.machine.nickname() == "other");
}

TEST_CASE("more requests than can wait are refused") {
    fixture f;
    f.go_online();
    for (std::uint64_t i = 0; i < 1000; ++i)
        f.machine.request(i, wire::ping{}, f.now);
    const auto done = f.all<request_done>();
    REQUIRE_FALSE(done.empty());
    CHECK(done.front().outcome.error().code == errc::too_many_requests);
}
