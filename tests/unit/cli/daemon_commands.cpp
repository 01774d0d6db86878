#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <vector>

#include "desk.hpp"

using namespace buri;
using buri::test::desk;
using buri::test::refusal;
using wire::json;

namespace {

const json status{{"state", "online"},
                  {"address", "100.64.0.1"},
                  {"nickname", "anna"},
                  {"server", {{"host", "vpn.example.org"}, {"port", 12975}}}};
const json nas{
    {"address", "100.64.0.2"}, {"nickname", "nas"}, {"online", true}, {"state", "direct"}, {"networks", {"lab1"}}};

}  // namespace

TEST_CASE("status prints a block, or the daemon's document", "[commands]") {
    desk at;
    at.daemon.on("status", status);
    CHECK(at.run("status") == 0);
    CHECK(at.user.out.starts_with("state     online\naddress   100.64.0.1\n"));
    CHECK(at.run("--json status") == 0);
    CHECK(json::parse(at.user.out) == status);
    CHECK(at.run("status --color always") == 0);
    CHECK(at.user.out.find("\x1b[32monline") != std::string::npos);
}

TEST_CASE("a terminal gets colours unless NO_COLOR is set", "[commands]") {
    desk at;
    at.daemon.on("status", status);
    at.user.has_terminal = true;
    at.run("status");
    CHECK(at.user.out.find('\x1b') != std::string::npos);
    at.user.environment["NO_COLOR"] = "1";
    at.run("status");
    CHECK(at.user.out.find('\x1b') == std::string::npos);
    at.user.environment["NO_COLOR"] = "";
    at.run("status");
    CHECK(at.user.out.find('\x1b') != std::string::npos);
    at.run("status --color never");
    CHECK(at.user.out.find('\x1b') == std::string::npos);
}

TEST_CASE("a network is created with a password that is typed twice", "[commands]") {
    desk at;
    at.daemon.on("create", json::object());
    at.user.has_terminal = true;
    at.user.secrets = {"secret", "secret"};
    CHECK(at.run("create lab1") == 0);
    CHECK(at.params() == json{{"network", "lab1"}, {"password", "secret"}});
    CHECK(at.user.out == "created lab1. Others join it with 'vpn join lab1'.\n");
    CHECK(at.user.err.find("secret") == std::string::npos);

    at.user.secrets = {"secret", "typo"};
    CHECK(at.run("create lab2") == 2);
    CHECK(at.user.err == "vpn: cannot create 'lab2': the two passwords differ. Nothing was changed.\n");
    CHECK(at.daemon.calls().size() == 1);
    at.user.secrets = {};
    CHECK(at.run("create lab2") == 2);
}

TEST_CASE("a script gives the password by standard input or a file", "[commands]") {
    desk at;
    at.daemon.on("create", json::object());
    at.user.input = "from stdin\r\nsecond line\n";
    CHECK(at.run("create lab1 --password-stdin --json") == 0);
    CHECK(at.params()["password"] == "from stdin");
    CHECK(json::parse(at.user.out) == json{{"network", "lab1"}, {"changed", true}});

    const test::scratch_directory directory;
    std::ofstream(directory / "password") << "from file";
    CHECK(at.run("create lab1 --password-file " + (directory / "password").string()) == 0);
    CHECK(at.params()["password"] == "from file");
    CHECK(at.run("create lab1 --password-file " + (directory / "missing").string()) == 1);
    CHECK(at.user.err.find("cannot read the password from") != std::string::npos);

    at.user.input = "\n";
    CHECK(at.run("create lab1 --password-stdin") == 2);
    at.user.input = std::string(5000, 'x');
    CHECK(at.run("create lab1 --password-stdin") == 2);
    CHECK(at.run("create lab1") == 2);
    CHECK(at.user.err.find("Use --password-stdin or --password-file, or --open for none.") != std::string::npos);
    CHECK(at.daemon.calls().size() == 2);
}

TEST_CASE("an open network is created without a password", "[commands]") {
    desk at;
    at.daemon.on("create", json::object());
    CHECK(at.run("create lab1 --open") == 0);
    CHECK(at.params() == json{{"network", "lab1"}});
}

TEST_CASE("joining tries without a password first, and asks when one is needed", "[commands]") {
    desk at;
    const auto refused = GENERATE(errc::password_missing, errc::password_wrong);
    at.daemon.on("join", refusal(refused), json::object());
    SECTION("on a terminal") {
        at.user.has_terminal = true;
        at.user.secrets = {"secret"};
        CHECK(at.run("join lab1") == 0);
        CHECK(at.user.prompts == std::vector<std::string>{"Password of 'lab1': "});
        CHECK(at.daemon.calls()[0].second == json{{"network", "lab1"}});
        CHECK(at.params() == json{{"network", "lab1"}, {"password", "secret"}});
        CHECK(at.user.out == "joined lab1. See its members with 'vpn list'.\n");
    }
    SECTION("in a script it says how to give one") {
        CHECK(at.run("join lab1") == 2);
        CHECK(at.user.err ==
              "vpn: cannot join 'lab1': a password is needed, and there is no terminal to ask for it. Use "
              "--password-stdin or "
              "--password-file.\n");
    }
    SECTION("a password that was given is not asked for again") {
        at.user.has_terminal = true;
        at.user.input = "wrong\n";
        CHECK(at.run("join lab1 --password-stdin") != 0);
        CHECK(at.user.prompts.empty());
        CHECK(at.daemon.calls().size() == 1);
    }
}

TEST_CASE("what is so already succeeds and says so", "[commands]") {
    desk at;
    const json unchanged{{"changed", false}};
    at.daemon.on("create", unchanged);
    at.daemon.on("join", unchanged);
    at.daemon.on("leave", unchanged, refusal(errc::not_a_member));
    at.daemon.on("delete", unchanged);
    CHECK(at.run("create lab1 --open") == 0);
    CHECK(at.user.out == "lab1 is yours already.\n");
    CHECK(at.run("join lab1") == 0);
    CHECK(at.user.out == "a member of lab1 already.\n");
    CHECK(at.run("leave lab1") == 0);
    CHECK(at.user.out == "not a member of lab1 already.\n");
    CHECK(at.run("leave lab1 --json") == 0);
    CHECK(json::parse(at.user.out) == json{{"network", "lab1"}, {"changed", false}});
    CHECK(at.run("delete lab1") == 0);
}

TEST_CASE("an error has the exit code of the table, what failed and a next step", "[commands]") {
    for (const auto& row : all_errors()) {
        INFO(row.name);
        desk at;
        at.daemon.on("delete", refusal(row.code));
        CHECK(at.run("delete lab1 --json") == row.exit_code);
        CHECK(at.user.err.starts_with("vpn: "));
        CHECK(at.user.err.ends_with(".\n"));
        CHECK(json::parse(at.user.out)["error"]["name"] == row.name);
    }
    desk at;
    at.daemon.on("delete", refusal(errc::not_owner));
    CHECK(at.run("delete lab1") == 4);
    CHECK(at.user.err ==
          "vpn: cannot delete 'lab1': only the owner of the network may do that. 'vpn list' shows who that is.\n");
}

TEST_CASE("an error's text cannot command the terminal", "[commands]") {
    desk at;
    at.daemon.on("leave", tl::unexpected(make_error(errc::internal, "evil \x1b[2J\nvpn: all is well")));
    CHECK(at.run("leave lab1") == 1);
    CHECK(at.user.err.find('\x1b') == std::string::npos);
    CHECK(at.user.err.find('\n') == at.user.err.size() - 1);
}

TEST_CASE("list shows networks from an array or an object", "[commands]") {
    desk at;
    const json lab{
        {"name", "lab1"}, {"owner", {{"you", true}}}, {"member_count", 2}, {"max_members", 256}, {"peers", {nas}}};
    at.daemon.on("status", status);
    at.daemon.on("networks", json::array({lab}), json{{"networks", {lab}}});
    at.daemon.on("network", lab);
    const auto text =
        "lab1  (owner: you, 2 of 256 members)\n     100.64.0.1  anna  you\n  *  100.64.0.2  nas   direct\n";
    CHECK(at.run("list") == 0);
    CHECK(at.user.out == text);
    CHECK(at.run("list --json") == 0);
    CHECK(json::parse(at.user.out) == json::array({lab}));
    CHECK(at.run("list lab1") == 0);
    CHECK(at.user.out == text);
    CHECK(at.daemon.calls()[4] == std::pair<std::string, json>{"network", {{"network", "lab1"}}});
}

TEST_CASE("an empty list is an empty answer with a hint beside it", "[commands]") {
    desk at;
    at.daemon.on("status", status);
    at.daemon.on("networks", json::array());
    at.daemon.on("peers", json::array());
    CHECK(at.run("list") == 0);
    CHECK(at.user.out.empty());
    CHECK(at.user.err == "no networks. Make one with 'vpn create NAME' or join one with 'vpn join NAME'.\n");
    CHECK(at.run("list --json --quiet") == 0);
    CHECK(at.user.out == "[]\n");
    CHECK(at.user.err.empty());
    CHECK(at.run("peers") == 0);
    CHECK(at.user.out.empty());
}

const json by_relay{{"rtt_ms", 24.8}, {"via", "relay"}, {"endpoint", "192.0.2.1:17770"}, {"relay", "fra1"}};
const json directly{{"rtt_ms", 1.2}, {"via", "direct"}, {"endpoint", "198.51.100.7:41641"}, {"relay", nullptr}};

TEST_CASE("ping prints an answer a line and a summary", "[commands]") {
    desk at;
    at.daemon.on("ping", directly, refusal(errc::timed_out));
    CHECK(at.run("ping nas -c 2 -i 0 --timeout 0.5") == 0);
    CHECK(at.user.out ==
          "pong from nas direct 198.51.100.7:41641 1.2 ms\nno answer from nas\n1 of 2 answered, least 1.2 ms, mean 1.2 "
          "ms, most 1.2 ms\n");
    CHECK(at.params() == json{{"peer", "nas"}, {"timeout_s", 0.5}});
    CHECK(at.run("ping nas -c 1") == 6);
    CHECK(at.user.out == "no answer from nas\n0 of 1 answered\n");
}

TEST_CASE("ping ends when the way is direct", "[commands]") {
    desk at;
    at.daemon.on("ping", by_relay, directly);
    CHECK(at.run("ping nas -i 0") == 0);
    CHECK(
        at.user.out ==
        "pong from nas via relay fra1 24.8 ms\npong from nas direct 198.51.100.7:41641 1.2 ms\n2 of 2 answered, least "
        "1.2 ms, mean 13.0 ms, most 24.8 ms\n");
    CHECK(at.run("ping nas -i 0 --count 3") == 0);
    CHECK(at.daemon.calls().size() == 5);
    CHECK(at.run("ping nas -i 0 --count 3 --until-direct") == 0);
    CHECK(at.daemon.calls().size() == 6);
}

TEST_CASE("ping by relay only has an exit code of its own", "[commands]") {
    desk at;
    at.daemon.on("ping", by_relay);
    CHECK(at.run("ping nas -i 0") == 9);
    CHECK(at.daemon.calls().size() == 10);
    CHECK(at.user.err == "only by relay. 'vpn why nas' says why\n");
    CHECK(at.run("ping nas -c 1 --any") == 0);
    CHECK(at.user.err.empty());
    at.daemon.on("ping", json{{"rtt_ms", 5}, {"via", "tcp"}, {"endpoint", "198.51.100.7:443"}});
    at.run("ping nas -c 1 --any");
    CHECK(at.run("ping nas -i 0") == 0);
    CHECK(at.user.out.starts_with("pong from nas direct tcp 198.51.100.7:443 5.0 ms\n"));
}

TEST_CASE("ping as JSON is an object a line, the last for all", "[commands]") {
    desk at;
    at.daemon.on("ping", refusal(errc::timed_out), by_relay);
    CHECK(at.run("ping nas -c 2 -i 0 --json") == 9);
    std::istringstream lines(at.user.out);
    std::vector<json> told;
    for (std::string line; std::getline(lines, line);)
        told.push_back(json::parse(line));
    REQUIRE(told.size() == 3);
    CHECK(told[0] == json{{"number", 1}, {"error", "timed_out"}});
    CHECK(told[1]["number"] == 2);
    CHECK(told[1]["via"] == "relay");
    CHECK(told[1]["relay"] == "fra1");
    CHECK(told[2] == json{{"peer", "nas"},
                          {"sent", 2},
                          {"answered", 1},
                          {"via", "relay"},
                          {"direct", false},
                          {"echoes", {told[0], told[1]}}});
}

TEST_CASE("doctor's exit code tells whether there is a problem", "[commands]") {
    desk at;
    const json warned{{"name", "clock"}, {"verdict", "warning"}, {"text", "drifts"}, {"remedy", "set it"}};
    at.daemon.on("doctor", json{{"ok", true}, {"checks", {warned}}}, json{{"ok", false}, {"checks", json::array()}});
    CHECK(at.run("doctor") == 0);
    CHECK(at.user.out == "ok       daemon  running\nwarning  clock   drifts\n                 -> set it\n");
    CHECK(at.run("doctor --json") == 1);
    CHECK(at.document()["checks"][0]["name"] == "daemon");
    CHECK(at.run("--socket /no/such/socket doctor --json") == 1);
    CHECK(at.document()["ok"] == false);
    CHECK(at.document()["checks"][0]["remedy"] == "start it with 'vpn up'");
}

TEST_CASE("netcheck --watch prints again what changes", "[commands]") {
    desk at;
    const auto relays = [](double rtt) { return json::array({{{"name", "fra1"}, {"rtt_ms", rtt}}}); };
    at.daemon.on("netcheck", json{{"udp", true}, {"relays", relays(1)}});
    CHECK(at.run("netcheck --watch --timeout 0.01 --json") == 0);
    CHECK(at.document() == json{{"udp", true}, {"relays", relays(1)}});
    at.daemon.on("netcheck", json{{"udp", true}, {"relays", relays(2)}});
    at.daemon.on("netcheck", json{{"udp", false}, {"relays", relays(2)}});
    CHECK(at.run("netcheck") == 0);
    CHECK(at.user.out.find("UDP  works\n") != std::string::npos);
}

TEST_CASE("why passes on whom it is about", "[commands]") {
    desk at;
    at.daemon.on("why", json{{"peer", nas}, {"verdict", "Packets go directly."}, {"advice", json::array()}});
    CHECK(at.run("why nas") == 0);
    CHECK(at.params() == json{{"peer", "nas"}});
    CHECK(at.user.out.find("Packets go directly.\n") != std::string::npos);
}

TEST_CASE("ping ends at once for a peer that does not exist", "[commands]") {
    desk at;
    at.daemon.on("ping", refusal(errc::peer_not_found));
    CHECK(at.run("ping nobody -c 1000") == 5);
    CHECK(at.user.err.starts_with("vpn: cannot ping 'nobody': no peer of this name is in your networks. "));
}

TEST_CASE("wait passes on what and how long", "[commands]") {
    desk at;
    at.daemon.on("wait", json::object(), refusal(errc::timed_out));
    CHECK(at.run("wait --for direct=nas --timeout 2.5") == 0);
    CHECK(at.params() == json{{"for", "direct=nas"}, {"timeout_s", 2.5}});
    CHECK(at.user.out.empty());
    CHECK(at.run("wait --json") == 6);
    CHECK(at.params()["for"] == "online");
    CHECK(json::parse(at.user.out)["error"]["name"] == "timed_out");
}

TEST_CASE("events come a line each, and end by count or time", "[commands]") {
    desk at;
    at.daemon.event({{"event", "online"}, {"time", "2026-01-02T03:04:05Z"}});
    at.daemon.event({{"event", "peer"}, {"time", "2026-01-02T03:04:06Z"}, {"nickname", "nas"}});
    CHECK(at.run("events --count 2") == 0);
    CHECK(at.user.out == "2026-01-02T03:04:05Z  online\n2026-01-02T03:04:06Z  peer  nickname=nas\n");
    CHECK(at.run("events --count 1 --json") == 0);
    CHECK(json::parse(at.user.out)["event"] == "online");
    CHECK(at.run("events --timeout 0.05") == 0);
    CHECK(at.run("events --timeout 0.05 --count 3") == 6);
    CHECK(at.user.err == "vpn: 2 of 3 events came in time. Give it longer with --timeout.\n");
}

TEST_CASE("nick shows and changes", "[commands]") {
    desk at;
    at.daemon.on("nick", json{{"nickname", "anna"}}, json::object());
    CHECK(at.run("nick") == 0);
    CHECK(at.user.out == "anna\n");
    CHECK(at.params() == json::object());
    CHECK(at.run("nick berta --json") == 0);
    CHECK(at.params() == json{{"nickname", "berta"}});
    CHECK(json::parse(at.user.out) == json{{"nickname", "berta"}, {"changed", true}});
}

TEST_CASE("show and names", "[commands]") {
    desk at;
    at.daemon.on("peer", nas, refusal(errc::peer_ambiguous));
    at.daemon.on("networks", json::array({{{"name", "lab1"},
                                           {"peers", {{{"name", "nas"}, {"nickname", "nas"}}}},
                                           {"applicants", {{{"name", "nas-2"}}}}},
                                          {{"name", "lab2"}, {"peers", {{{"name", "nas"}}}}}}));
    CHECK(at.run("show nas") == 0);
    CHECK(at.user.out == "nickname  nas\naddress   100.64.0.2\nstate     direct\nnetworks  lab1\n");
    CHECK(at.run("show nas") == 2);
    CHECK(at.run("names peers") == 0);
    CHECK(at.user.out == "nas\nnas-2\n");
    CHECK(at.run("names networks") == 0);
    CHECK(at.user.out == "lab1\nlab2\n");
}

TEST_CASE("rpc prints the result as it is", "[commands]") {
    desk at;
    at.daemon.on("peer", nas, refusal(errc::peer_not_found));
    at.user.input = R"({"peer": "nas"})";
    CHECK(at.run("rpc peer -") == 0);
    CHECK(at.params() == json{{"peer", "nas"}});
    CHECK(json::parse(at.user.out) == nas);
    CHECK(at.run("rpc peer") == 5);
    CHECK(at.run("rpc nothing") == 1);
}

TEST_CASE("down waits for the end of a daemon that says goodbye", "[commands]") {
    // The fake daemon is a thread of this process, whose end cannot be waited for here; being refused can.
    desk at;
    at.daemon.on("down", refusal(errc::permission));
    CHECK(at.run("down") == 4);
    CHECK(at.user.err.starts_with("vpn: cannot stop the daemon: "));
}
