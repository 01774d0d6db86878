#include "cli/views.hpp"

#include <catch2/catch.hpp>

using namespace buri::cli;
using buri::wire::json;

namespace {

const palette plain(false);
const json me{{"address", "100.64.0.1"}, {"nickname", "anna"}};

json member(const std::string& address, const std::string& nickname, const std::string& name) {
    return {{"address", address}, {"nickname", nickname}, {"name", name},
            {"online", true},     {"state", "direct"},    {"can", json::array()}};
}

json team() {
    return {{"name", "team"},
            {"owner", {{"address", "100.64.0.1"}, {"nickname", "anna"}, {"you", true}}},
            {"open", false},
            {"locked", false},
            {"approval", "auto"},
            {"encryption", "on"},
            {"waiting", false},
            {"member_count", 3},
            {"max_members", 256},
            {"heir", nullptr},
            {"announcement", nullptr},
            {"applicants", json::array()},
            {"peers", {member("100.64.0.2", "nas", "nas"), member("100.64.0.3", "nas", "nas-2")}}};
}

std::string shown(const json& network) {
    return networks_view(json::array({network}), me, plain);
}

std::string title_of(const json& network) {
    const auto text = shown(network);
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("members have their names in the network", "[network_view]") {
    CHECK(shown(team()) ==
          "team  (owner: you, 3 of 256 members)\n"
          "     100.64.0.1  anna   you\n"
          "  *  100.64.0.2  nas    direct\n"
          "  *  100.64.0.3  nas-2  direct\n");
}

TEST_CASE("a title has every setting that is not the usual one", "[network_view]") {
    auto network = team();
    network["max_members"] = 0;
    CHECK(title_of(network) == "team  (owner: you, 3 members)");
    network["member_count"] = 1;
    CHECK(title_of(network) == "team  (owner: you, 1 member)");
    network["open"] = true;
    network["locked"] = true;
    network["approval"] = "manual";
    network["encryption"] = "off";
    network["heir"] = "100.64.0.3";
    CHECK(title_of(network) ==
          "team  (owner: you, 1 member, open, locked, approval: manual, offered to nas-2, NOT ENCRYPTED)");
    network["heir"] = "100.64.0.1";
    CHECK(title_of(network).find("offered to you, see 'vpn transfer'") != std::string::npos);
    network["heir"] = "100.64.0.77";
    CHECK(title_of(network).find("offered to 100.64.0.77") != std::string::npos);
}

TEST_CASE("the newest announcement stands below the name, harmless", "[network_view]") {
    auto network = team();
    network["peers"] = json::array();
    network["announcement"] = {{"id", 4},
                               {"time", "2026-01-02T03:04:05Z"},
                               {"author", {{"address", "100.64.0.2"}, {"name", "nas"}}},
                               {"text", "down\nuntil \x1b[31m18:00"}};
    CHECK(shown(network) ==
          "team  (owner: you, 3 of 256 members)\n"
          "  down until ?[31m18:00  (nas  2026-01-02T03:04:05Z)\n"
          "     100.64.0.1  anna  you\n");
}

TEST_CASE("a long announcement is cut, and where all of it is stands below", "[network_view]") {
    auto network = team();
    network["peers"] = json::array();
    network["announcement"] = {{"id", 4},
                               {"time", "2026-01-02T03:04:05Z"},
                               {"author", {{"address", "100.64.0.2"}, {"name", "nas"}}},
                               {"text", std::string(60, 'x')}};
    CHECK(shown(network).find("\n  " + std::string(60, 'x') + "\n  (nas  2026-01-02T03:04:05Z)\n") !=
          std::string::npos);
    network["announcement"]["text"] = std::string(77, 'x');
    CHECK(shown(network).find("\n  " + std::string(75, 'x') +
                              "\u2026\n  (nas  2026-01-02T03:04:05Z; 'vpn announce team' shows all of it)\n") !=
          std::string::npos);
}

TEST_CASE("administrators are shown with what they can do", "[network_view]") {
    auto network = team();
    network["peers"] = json::array({member("100.64.0.2", "nas", "nas")});
    network["peers"][0]["can"] = {"approve", "evict"};
    CHECK(shown(network).find("  *  100.64.0.2  nas   direct      can approve, evict\n") != std::string::npos);
}

TEST_CASE("who waits for approval has a question mark, since when", "[network_view]") {
    auto network = team();
    network["peers"] = json::array();
    network["applicants"] = {{{"network", "team"},
                              {"address", "100.64.0.9"},
                              {"name", "phone"},
                              {"fingerprint", "SHA256:abc"},
                              {"since", "2026-01-02T03:04:05Z"}}};
    CHECK(shown(network) ==
          "team  (owner: you, 3 of 256 members)\n"
          "     100.64.0.1  anna   you\n"
          "  ?  100.64.0.9  phone  waiting since 2026-01-02T03:04:05Z\n");
}

TEST_CASE("a network that this node waits for shows nobody and says so", "[network_view]") {
    auto network = team();
    network["waiting"] = true;
    network["owner"] = nullptr;
    network["member_count"] = nullptr;
    network["peers"] = json::array();
    CHECK(shown(network) ==
          "team  (waiting for approval)\n"
          "  ?  100.64.0.1  anna  you, waiting for approval\n");
}
