#include "daemon/server_service.hpp"

#include "tests/unit/server/server_fixture.hpp"

#include <algorithm>

using namespace buri;
using namespace buri::daemon;
using wire::json;

namespace {

class service_fixture {
public:
    result<json> call(const std::string& method, const json& params = json::object()) {
        return world.run(service.call(method, params));
    }

    test::server_fixture world;
    result<server::config_change> reloaded = server::config_change{{"plan", "pool"}, {"pool"}};
    server_service service{world.administration(), [this] { return reloaded; }};
};

void check_code(const result<json>& outcome, errc code) {
    REQUIRE_FALSE(outcome);
    CAPTURE(outcome.error().text);
    CHECK(outcome.error().code == code);
}

}  // namespace

TEST_CASE("every method of the server's interface is there, and no other", "[server_service]") {
    auto methods = server_service::methods();
    std::ranges::sort(methods);
    CHECK(methods == std::vector<std::string_view>{"account", "accounts", "add_relay", "backup", "events", "licences",
                                                   "log", "make_licences", "network", "networks", "plans", "relays",
                                                   "reload", "remove_account", "remove_network", "remove_relay",
                                                   "set_plan", "status", "version"});
    service_fixture self;
    check_code(self.call("down"), errc::unknown_request);
    check_code(self.call(""), errc::unknown_request);
}

TEST_CASE("what only looks answers without parameters, and takes none", "[server_service]") {
    service_fixture self;
    for (const auto* const method :
         {"status", "accounts", "networks", "plans", "licences", "relays", "version", "reload"}) {
        CAPTURE(method);
        CHECK(self.call(method));
        check_code(self.call(method, {{"node", "anna"}}), errc::malformed);
        check_code(self.call(method, {{"", "anna"}}), errc::malformed);
    }
    const auto status = self.call("status");
    CHECK((*status)["pid"].is_number());
    CHECK((*status)["version"] == self.call("version")->at("version"));
}

TEST_CASE("a wrong parameter is told before anything is done", "[server_service]") {
    service_fixture self;
    const std::vector<std::pair<std::string, json>> wrong{
        {"account", json::object()},
        {"account", {{"node", 5}}},
        {"account", {{"node", "anna"}, {"nodes", 1}}},
        {"network", json::object()},
        {"network", {{"network", true}}},
        {"remove_account", json::object()},
        {"remove_account", {{"node", "anna"}, {"with_networks", "yes"}}},
        {"remove_network", json::object()},
        {"set_plan", {{"node", "anna"}}},
        {"set_plan", {{"plan", "free"}}},
        {"set_plan", {{"node", "anna"}, {"plan", "free"}, {"until", "2027-01-01"}}},
        {"set_plan", {{"node", "anna"}, {"plan", "free"}, {"until", 1'900'000'000}}},
        {"set_plan", {{"node", "anna"}, {"plan", "free"}, {"months", 5}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}}},
        {"make_licences", {{"plan", "free"}, {"months", 1}}},
        {"make_licences", {{"for", "any"}, {"months", 1}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 0}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 1201}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", -1}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 1}, {"count", 0}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 1}, {"count", 1001}}},
        {"make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 1}, {"count", 1.5}}},
        {"add_relay", {{"region", "eu"}}},
        {"add_relay", {{"name", 5}}},
        {"add_relay", {{"name", "fra1"}, {"region", true}}},
        {"remove_relay", json::object()},
        {"log", {{"after", -1}}},
        {"log", {{"limit", 0}}},
        {"log", {{"limit", 1001}}},
        {"log", {{"network", 5}}},
        {"backup", json::object()},
        {"backup", {{"file", std::string(5000, 'x')}}},
        {"backup", {{"file", (self.world / "b").string() + std::string("\0c", 2)}}},
    };
    const auto accounts = self.world.administration().accounts();
    for (const auto& [method, params] : wrong) {
        CAPTURE(method, params.dump());
        check_code(self.call(method, params), errc::malformed);
    }
    check_code(self.call("network", {{"network", "a b"}}), errc::name_invalid);
    check_code(self.call("remove_network", {{"network", "x"}}), errc::name_invalid);
    check_code(self.call("log", {{"network", "x"}}), errc::name_invalid);
    check_code(self.call("backup", {{"file", "here"}}), errc::usage);
    CHECK(self.world.administration().accounts() == accounts);
    CHECK(self.world.administration().licences().empty());
    CHECK(self.call("log")->empty());
}

TEST_CASE("the methods reach the administration", "[server_service]") {
    service_fixture self;
    CHECK(self.call("account", {{"node", "ANNA"}})->at("address") == "100.64.0.1");
    CHECK(self.call("network", {{"network", "lab_net"}})->at("members").size() == 2);
    CHECK(self.call("set_plan", {{"node", "anna"}, {"plan", "free"}, {"until", "2999-01-01T00:00:00Z"}})->at("until") ==
          "2999-01-01T00:00:00Z");
    CHECK(self.call("make_licences", {{"plan", "free"}, {"for", "any"}, {"months", 12}})->at("licences").size() == 1);
    CHECK(self.call("add_relay", {{"name", "fra1"}, {"region", "eu"}})->at("id") == 2);
    CHECK(self.call("relays")->back().at("region") == "eu");
    CHECK(self.call("remove_relay", {{"name", "FRA1"}})->at("changed") == true);
    CHECK(self.call("log", {{"limit", 1}})->at(0)["act"] == "relay_remove");
    CHECK(self.call("backup", {{"file", (self.world / "b").string()}})->at("bytes") > 4096);
    CHECK(self.call("remove_network", {{"network", "lab_net"}})->at("changed") == true);
    CHECK(self.call("remove_account", {{"node", "100.64.0.2"}})->at("changed") == true);
    CHECK(self.call("accounts")->size() == 2);
}

TEST_CASE("a reload says what changed, or why it stays as it was", "[server_service]") {
    service_fixture self;
    CHECK(*self.call("reload") == json({{"changed", {"plan", "pool"}}, {"restart_needed", {"pool"}}}));
    self.reloaded = fail(errc::config, "server.toml:3:1: no");
    check_code(self.call("reload"), errc::config);
}

TEST_CASE("who subscribed gets each entry of the log as an event", "[server_service]") {
    service_fixture self;
    std::vector<json> heard;
    auto listening = self.service.subscribe([&](const json& event) { heard.push_back(event); });
    REQUIRE(self.call("remove_network", {{"network", "lab_net"}}));
    REQUIRE(heard.size() == 1);
    CHECK(heard[0]["event"] == "logged");
    auto entry = heard[0];
    entry.erase("event");
    CHECK(entry == self.call("log")->at(0));
    listening = subscription();
    REQUIRE(self.call("set_plan", {{"node", "anna"}, {"plan", "free"}}));
    CHECK(heard.size() == 1);
}
