// Welcome, announcements and the other things that a server tells its node.
#include "tests/unit/core/node_fixture.hpp"

using namespace buri;
using namespace buri::core;
using namespace buri::core::node_test;

namespace {

wire::announcement_event announcement(std::uint64_t id, std::string text, int second = 0) {
    wire::announcement_event what;
    what.network = lab;
    what.message.id = id;
    what.message.author = anna;
    what.message.author_name = "anna";
    what.message.at = wall_time{std::chrono::seconds{second}};
    what.message.text = std::move(text);
    return what;
}

std::vector<std::string> kinds(const std::vector<node_event>& events) {
    std::vector<std::string> found;
    for (const auto& event : events)
        found.push_back(event.kind);
    return found;
}

}  // namespace

TEST_CASE("a welcome is shown once and confirmed as often as it comes") {
    fixture f;
    f.go_online();
    f.tell(wire::welcome_event{lab, "Hello."});
    auto shown = f.all<node_event>();
    REQUIRE(shown.size() == 1);
    CHECK(shown.front().kind == "welcome");
    CHECK(shown.front().data == wire::json{{"network", "lab-net"}, {"text", "Hello."}});
    auto seen = f.requests_of<wire::confirm_messages>();
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().second == wire::confirm_messages{lab, true, 0});
    f.tell(wire::welcome_event{lab, "Hello."});
    CHECK(f.all<node_event>().empty());
    CHECK(f.requests_of<wire::confirm_messages>().size() == 1);
    f.tell(wire::welcome_event{lab, "Read the rules."});
    CHECK(f.all<node_event>().size() == 1);
}

TEST_CASE("an announcement is shown once and confirmed as often as it comes, over a lost connection too") {
    fixture f;
    f.go_online();
    f.tell(announcement(3, "Tonight at eight."));
    f.tell(announcement(4, "Or at nine."));
    const auto shown = f.all<node_event>();
    REQUIRE(shown.size() == 2);
    CHECK(shown.front().data == wire::json{{"network", "lab-net"},
                                           {"id", 3},
                                           {"author", {{"address", "100.64.0.2"}, {"name", "anna"}}},
                                           {"text", "Tonight at eight."}});
    const auto seen = f.requests_of<wire::confirm_messages>();
    REQUIRE(seen.size() == 2);
    CHECK(seen.back().second == wire::confirm_messages{lab, false, 4});
    CHECK(f.machine.networks().front().settings.latest->id == 4);
    f.machine.on_disconnected(f.now);
    f.go_online();
    f.tell(announcement(3, "Tonight at eight."));
    f.tell(announcement(4, "Or at nine."));
    CHECK(f.all<node_event>().empty());
    CHECK(f.requests_of<wire::confirm_messages>().size() == 2);
}

TEST_CASE("a server that was restored uses numbers again, for other announcements") {
    fixture f;
    f.go_online();
    f.tell(announcement(3, "one", 10));
    f.tell(announcement(3, "two", 20));
    CHECK(f.all<node_event>().size() == 2);
}

TEST_CASE("what was shown is forgotten with the membership, and is bounded") {
    fixture f;
    f.go_online();
    f.tell(wire::welcome_event{lab, "Hello."});
    f.tell(wire::network_gone{lab, "left", {}});
    f.tell(wire::network_event{lab_with({me, anna}).networks.front()});
    f.out.clear();
    f.tell(wire::welcome_event{lab, "Hello."});
    CHECK(kinds(f.all<node_event>()) == std::vector<std::string>{"welcome"});
    for (std::uint64_t id = 1; id <= 1000; ++id) {
        f.tell(announcement(id, "x"));
        for (const auto& seen : f.requests_of<wire::confirm_messages>())
            f.answer(seen.first);
    }
    CHECK(f.all<node_event>().size() == 1000);
}

TEST_CASE("messages of networks that are unknown or not joined yet are neither shown nor confirmed") {
    fixture f;
    f.go_online();
    wire::network_info waiting;
    waiting.settings.network = *network_name::parse("club");
    waiting.waiting = true;
    f.tell(wire::network_event{waiting});
    f.out.clear();
    for (const auto* const text : {"club", "nowhere"}) {
        auto message = announcement(9, "x");
        message.network = *network_name::parse(text);
        f.tell(wire::welcome_event{message.network, "x"});
        f.tell(message);
    }
    CHECK(f.all<node_event>().empty());
    CHECK(f.requests_of<wire::confirm_messages>().empty());
}

TEST_CASE("a flood of messages never holds up the user's requests for ever") {
    fixture f;
    f.go_online();
    for (std::uint64_t id = 1; id <= 1000; ++id)
        f.tell(announcement(id, "x"));
    CHECK(f.requests_of<wire::confirm_messages>().size() <= 256);
    f.run_for(10s);
    f.all<request_done>();
    f.machine.request(1, wire::leave_network{lab}, f.now);
    CHECK(f.requests_of<wire::leave_network>().size() == 1);
}

TEST_CASE("an entry of the log is told as the method log gives it") {
    fixture f;
    f.go_online();
    wire::log_event what;
    what.entry = {5, wall_time{}, anna, "anna", "ban", "lab-net", bodo, "bodo", "", "for ever", "ok"};
    f.tell(what);
    what.entry.actor.reset();
    what.entry.target.reset();
    f.tell(what);
    what.entry.target_name.clear();
    f.tell(what);
    const auto told = f.all<node_event>();
    REQUIRE(told.size() == 3);
    CHECK(told.front().kind == "logged");
    CHECK(told.front().data == wire::json{{"id", 5},
                                          {"time", "1970-01-01T00:00:00Z"},
                                          {"actor", {{"address", "100.64.0.2"}, {"name", "anna"}}},
                                          {"act", "ban"},
                                          {"network", "lab-net"},
                                          {"target", {{"address", "100.64.0.3"}, {"name", "bodo"}}},
                                          {"before", ""},
                                          {"after", "for ever"},
                                          {"result", "ok"}});
    CHECK(told.back().data.at("actor").at("address").is_null());
    // Of an account that is gone the name is left.
    CHECK(told[1].data.at("target") == wire::json{{"address", nullptr}, {"name", "bodo"}});
    CHECK(told.back().data.at("target").is_null());
}

TEST_CASE("a plan that changes is kept and told") {
    fixture f;
    f.go_online();
    wire::plan_event what;
    what.plan.name = "premium";
    f.tell(what);
    CHECK(kinds(f.all<node_event>()) == std::vector<std::string>{"plan"});
    CHECK(f.machine.plan().name == "premium");
    f.machine.on_disconnected(f.now);
    CHECK(f.machine.plan().name == "premium");
}

TEST_CASE("every event of a network reaches the user") {
    fixture f;
    f.go_online();
    wire::applicant who;
    who.id = node_id{0x64400009};
    who.name = "new";
    auto settings = lab_with({me}).networks.front().settings;
    settings.locked = true;
    const std::vector<std::pair<wire::event, std::string>> rows{
        {wire::settings_event{settings}, "network"},
        {wire::member_requested{lab, who}, "requested"},
        {wire::request_gone{lab, who.id, "rejected"}, "request_gone"},
        {wire::member_changed{lab, {anna, "anne", {}}}, "peer"},
        {wire::member_left{lab, anna, "banned"}, "peer"},
        {wire::network_gone{lab, "evicted", {}}, "left"},
    };
    for (const auto& [event, kind] : rows) {
        CAPTURE(kind);
        f.tell(event);
        CHECK(kinds(f.all<node_event>()) == std::vector{kind});
    }
}
