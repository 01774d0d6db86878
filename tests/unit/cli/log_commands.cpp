#include <catch2/catch.hpp>

#include <sstream>

#include "desk.hpp"

using namespace buri;
using buri::test::desk;
using buri::test::refusal;
using buri::test::server_desk;
using wire::json;

namespace {

json entry(int id, const std::string& network = "team") {
    return {{"id", id},
            {"time", "2026-01-02T03:04:05Z"},
            {"actor", {{"address", "100.64.0.1"}, {"name", "anna"}}},
            {"act", "set"},
            {"network", network},
            {"target", nullptr},
            {"before", "locked=false"},
            {"after", "locked=true"},
            {"result", "ok"}};
}

json logged(int id, const std::string& network = "team") {
    auto event = entry(id, network);
    event["event"] = "logged";
    return event;
}

std::vector<int> ids(const std::string& lines) {
    std::vector<int> out;
    std::istringstream from(lines);
    for (std::string line; std::getline(from, line);)
        out.push_back(json::parse(line).at("id").get<int>());
    return out;
}

}  // namespace

TEST_CASE("the log is a table, or an array", "[log]") {
    desk at;
    auto refused = entry(2);
    refused["act"] = "ban";
    refused["target"] = {{"address", "100.64.0.9"}, {"name", "phone"}};
    refused["before"] = "";
    refused["after"] = "";
    refused["result"] = "plan_forbids";
    at.daemon.on("log", json::array({entry(1), refused}));
    CHECK(at.run("log team") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"limit", 1000}});
    CHECK(at.user.out ==
          "TIME                  ACTOR  ACT  NETWORK  TARGET  RESULT  CHANGE\n"
          "2026-01-02T03:04:05Z  anna   set  team     -       ok      locked=false -> locked=true\n"
          "2026-01-02T03:04:05Z  anna   ban  team     phone   plan_forbids\n");
    CHECK(at.run("log team -n 2 --json") == 0);
    CHECK(at.params() == json{{"network", "team"}, {"limit", 2}});
    CHECK(at.document() == json::array({entry(1), refused}));
    CHECK(at.run("log team --timeout 1") == 2);
}

TEST_CASE("a log that is followed has neither a gap nor a repeat", "[log]") {
    desk at;
    at.daemon.on("log", json::array({entry(1), entry(2), entry(4)}));
    for (const auto& event : {logged(2), logged(4), logged(5), logged(6, "other"), json{{"event", "peer"}}, logged(7)})
        at.daemon.event(event);
    CHECK(at.run("log team --follow --json --timeout 0.1") == 0);
    CHECK(ids(at.user.out) == std::vector<int>{1, 2, 4, 5, 7});
    CHECK(at.daemon.calls()[0].first == "events");
    CHECK(at.daemon.calls()[1] == std::pair<std::string, json>{"log", {{"network", "team"}, {"limit", 1000}}});
    CHECK(at.user.out.find("event") == std::string::npos);
}

TEST_CASE("a node that was away reads what it has missed", "[log]") {
    desk at;
    at.daemon.on("log", json::array({entry(1)}), json::array({entry(2), entry(3)}));
    at.daemon.event({{"event", "offline"}});
    at.daemon.event({{"event", "online"}});
    at.daemon.event(logged(4));
    CHECK(at.run("log TEAM -f --timeout 0.1 --lines 1 --json") == 0);
    CHECK(ids(at.user.out) == std::vector<int>{1, 2, 3, 4});
    CHECK(at.daemon.calls()[1].second == json{{"network", "TEAM"}, {"limit", 1}});
    CHECK(at.params() == json{{"network", "TEAM"}, {"limit", 1000}, {"after", 1}});
}

TEST_CASE("followed lines are for people, too", "[log]") {
    desk at;
    at.daemon.on("log", json::array({entry(1)}));
    CHECK(at.run("log team --follow --timeout 0.05") == 0);
    CHECK(at.user.out == "2026-01-02T03:04:05Z  anna  set  team  -  ok  locked=false -> locked=true\n");
    desk refused;
    refused.daemon.on("log", refusal(errc::not_owner));
    CHECK(refused.run("log team --follow") == 4);
    CHECK(refused.user.err.starts_with("vpn: cannot show the log of 'team': only the owner"));
}

TEST_CASE("the operator's log is of the server, of all networks or one", "[log]") {
    server_desk at;
    auto plan = entry(3, "");
    plan["actor"] = {{"address", nullptr}, {"name", "operator"}};
    at.daemon.on("log", json::array({plan}));
    at.daemon.event(logged(4, "other"));
    CHECK(at.run("log") == 0);
    CHECK(at.params() == json{{"limit", 1000}});
    CHECK(at.user.out.find("operator  set  -        -       ok      locked") != std::string::npos);
    CHECK(at.run("log --follow --json --timeout 0.1") == 0);
    CHECK(ids(at.user.out) == std::vector<int>{3, 4});
}
