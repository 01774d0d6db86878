#include <catch2/catch.hpp>

#include "desk.hpp"

using namespace buri;
using buri::test::refusal;
using buri::test::server_desk;
using buri::test::session;
using wire::json;

namespace {

const json account{{"address", "100.64.0.1"},
                   {"nickname", "anna"},
                   {"fingerprint", "SHA256:abc"},
                   {"created", "2026-01-02T03:04:05Z"},
                   {"plan", "premium"},
                   {"plan_until", "2027-01-31T00:00:00Z"},
                   {"online", true},
                   {"networks", 2},
                   {"owned", 1}};
const json network{{"name", "team"},
                   {"owner", {{"address", "100.64.0.1"}, {"nickname", "anna"}}},
                   {"members", 3},
                   {"waiting", 1},
                   {"open", true},
                   {"locked", true},
                   {"approval", "manual"},
                   {"encryption", "off"},
                   {"created", "2026-01-02T03:04:05Z"}};

}  // namespace

TEST_CASE("the operator's socket is the option's, or in the server's state directory; never VPN_SOCKET", "[server]") {
    session user;
    user.environment["VPN_SOCKET"] = "/no/node.sock";
    const auto missing = [](const std::string& path) {
        return "vpn: no server is running here (nobody listens on " + path +
               "). Start one with 'vpn server run', or name another with --state or --socket.\n";
    };
    CHECK(user.run("server status --state /no/state") == 3);
    CHECK(user.err == missing("/no/state/server.sock"));
    for (const auto* words :
         {"server accounts", "server account anna", "server networks", "server network team",
          "server remove-account anna", "server remove-network team", "server plan list", "server plan set anna free",
          "server licence list", "server log", "server log --follow", "server backup /tmp/x", "server reload",
          "server licence make --plan premium --for any --months 1", "server relay list", "server relay add fra1",
          "server relay remove fra1"}) {
        INFO(words);
        CHECK(user.run(std::string("--socket /no/server.sock ") + words) == 3);
        CHECK(user.err == missing("/no/server.sock"));
    }
}

TEST_CASE("server status is a block, or the server's document", "[server]") {
    server_desk at;
    const json status{{"version", "0.2.0"},
                      {"pid", 7},
                      {"name", "vpn.example.org"},
                      {"uptime_s", 90061},
                      {"accounts", 10},
                      {"networks", 4},
                      {"online", 3},
                      {"connections", 5},
                      {"tunnels", 2},
                      {"default_plan", "free"},
                      {"listen_tcp", 12975},
                      {"fingerprint_ed25519", "SHA256:abc"},
                      {"fingerprint_rsa", "SHA256:def"}};
    at.daemon.on("status", status);
    CHECK(at.run("status") == 0);
    CHECK(at.user.out ==
          "server        vpn.example.org\n"
          "version       0.2.0\n"
          "pid           7\n"
          "up for        1 d 1 h 1 min\n"
          "listens on    TCP 12975\n"
          "accounts      10, 3 online\n"
          "networks      4\n"
          "connections   5\n"
          "tunnels       2\n"
          "default plan  free\n"
          "key           SHA256:abc\n"
          "RSA key       SHA256:def\n");
    CHECK(at.run("status --json") == 0);
    CHECK(at.document() == status);
}

TEST_CASE("accounts and networks are tables, one of them a block", "[server]") {
    server_desk at;
    at.daemon.on("accounts", json::array({account}), json::array());
    CHECK(at.run("accounts") == 0);
    CHECK(at.user.out ==
          "   ADDRESS     NICKNAME  PLAN                                NETWORKS  OWNED  SINCE                 "
          "FINGERPRINT\n"
          "*  100.64.0.1  anna      premium until 2027-01-31T00:00:00Z         2      1  2026-01-02T03:04:05Z  "
          "SHA256:abc\n");
    CHECK(at.run("accounts") == 0);
    CHECK(at.user.err == "no accounts yet.\n");
    auto one = account;
    one["networks"] = {{{"name", "team"}, {"owner", true}, {"waiting", false}, {"can", json::array()}},
                       {{"name", "games"}, {"owner", false}, {"waiting", true}, {"can", json::array()}},
                       {{"name", "work"}, {"owner", false}, {"waiting", false}, {"can", {"evict", "ban"}}}};
    one["version"] = "vpn 0.2.0";
    at.daemon.on("account", one, refusal(errc::peer_ambiguous));
    CHECK(at.run("account anna") == 0);
    CHECK(at.params() == json{{"node", "anna"}});
    CHECK(at.user.out ==
          "address   100.64.0.1\n"
          "nickname  anna\n"
          "state     online\n"
          "key       SHA256:abc\n"
          "plan      premium until 2027-01-31T00:00:00Z\n"
          "since     2026-01-02T03:04:05Z\n"
          "software  vpn 0.2.0\n"
          "networks  team (owner)\n"
          "          games (waiting for approval)\n"
          "          work (evict, ban)\n");
    CHECK(at.run("account anna") == 2);
    CHECK(at.user.err.starts_with("vpn: cannot show the account 'anna': "));

    at.daemon.on("networks", json::array({network}));
    CHECK(at.run("networks") == 0);
    CHECK(at.user.out ==
          "NETWORK  OWNER  MEMBERS  WAITING  SINCE                 SETTINGS\n"
          "team     anna         3        1  2026-01-02T03:04:05Z  open, locked, approval, NOT ENCRYPTED\n");
    auto whole = network;
    whole["members"] = {{{"address", "100.64.0.1"}, {"name", "anna"}},
                        {{"address", "100.64.0.2"}, {"name", "nas"}, {"can", {"evict"}}}};
    whole["bans"] = 2;
    at.daemon.on("network", whole);
    CHECK(at.run("network team") == 0);
    CHECK(at.user.out ==
          "name      team\n"
          "owner     anna  100.64.0.1\n"
          "settings  open, locked, approval, NOT ENCRYPTED\n"
          "since     2026-01-02T03:04:05Z\n"
          "waiting   1\n"
          "bans      2\n"
          "members   100.64.0.1  anna\n"
          "          100.64.0.2  nas  evict\n");
}

TEST_CASE("accounts and networks are removed", "[server]") {
    server_desk at;
    at.daemon.on("remove_account", refusal(errc::owns_networks), json{{"changed", true}});
    CHECK(at.run("remove-account anna") == 4);
    CHECK(at.params() == json{{"node", "anna"}});
    CHECK(at.run("remove-account anna --with-networks") == 0);
    CHECK(at.params() == json{{"node", "anna"}, {"with_networks", true}});
    CHECK(at.user.out == "removed the account anna\n");
    at.daemon.on("remove_network", json{{"changed", false}});
    CHECK(at.run("remove-network team --json") == 0);
    CHECK(at.document() == json{{"changed", false}});
    CHECK(at.run("remove-network team") == 0);
    CHECK(at.user.out == "gone already: the network team\n");
}

TEST_CASE("plans are listed and given", "[server]") {
    server_desk at;
    at.daemon.on("plans", json::array({{{"name", "free"},
                                        {"default", true},
                                        {"max_members", 16},
                                        {"max_networks", 64},
                                        {"relay_kbit", 256},
                                        {"proxy_bytes", 2500000},
                                        {"permissions", json::array()}},
                                       {{"name", "premium"},
                                        {"default", false},
                                        {"max_members", 256},
                                        {"max_networks", 0},
                                        {"relay_kbit", 0},
                                        {"proxy_bytes", 0},
                                        {"permissions", {"lock", "bans"}}}}));
    CHECK(at.run("plan list") == 0);
    CHECK(at.user.out ==
          "   PLAN     MEMBERS   NETWORKS  RELAY KBIT/S      PROXY  INCLUDES\n"
          "*  free          16         64           256     2.5 MB\n"
          "   premium      256  unlimited     unlimited  unlimited  lock, bans\n");
    at.daemon.on(
        "set_plan",
        json{{"address", "100.64.0.1"}, {"plan", "premium"}, {"until", "2027-01-31T00:00:00Z"}, {"changed", true}},
        refusal(errc::plan_unknown));
    CHECK(at.run("plan set anna premium --until 2027-01-31") == 0);
    CHECK(at.params() == json{{"node", "anna"}, {"plan", "premium"}, {"until", "2027-01-31T00:00:00Z"}});
    CHECK(at.user.out == "anna has the plan premium until 2027-01-31T00:00:00Z now.\n");
    CHECK(at.run("plan set anna default --until 7d") == 2);
    CHECK(at.run("plan set anna gold") == 5);
    CHECK(at.user.err ==
          "vpn: cannot set the plan of 'anna': the server has no plan of this name. 'vpn server plan list' shows "
          "them.\n");
}

TEST_CASE("an account is given back the server's default plan, whichever that is", "[server]") {
    server_desk at;
    json now{{"address", "100.64.0.1"}, {"plan", "premium"}, {"until", nullptr}, {"changed", true}};
    at.daemon.on("set_plan", now);
    CHECK(at.run("plan set anna default") == 0);
    CHECK(at.params() == json{{"node", "anna"}, {"plan", ""}});
    CHECK(at.user.out == "anna has the default plan premium now.\n");
}

TEST_CASE("licences are made a line each, and listed", "[server]") {
    server_desk at;
    CHECK(at.run("licence make --plan premium --for any --months 12 --count 1001") == 2);
    CHECK(at.user.err == "vpn: --count is 1000 at most. Make the others with another call.\n");
    at.daemon.on("make_licences", json{{"licences", {"buri-licence-a", "buri-licence-b"}}});
    CHECK(at.run("licence make --plan premium --for any --months 12 --count 2") == 0);
    CHECK(at.params() == json{{"plan", "premium"}, {"for", "any"}, {"months", 12}, {"count", 2}});
    CHECK(at.user.out == "buri-licence-a\nburi-licence-b\n");
    at.daemon.on("licences", json::array({{{"id", "ab12"},
                                           {"plan", "premium"},
                                           {"for", nullptr},
                                           {"months", 12},
                                           {"made", "2026-01-02T03:04:05Z"},
                                           {"used_by", nullptr},
                                           {"used", nullptr}}}));
    CHECK(at.run("licence list") == 0);
    CHECK(at.user.out ==
          "ID    PLAN     MONTHS  FOR  MADE                  USED BY  USED\n"
          "ab12  premium      12  any  2026-01-02T03:04:05Z  -        -\n");
}

TEST_CASE("a relay's token is a line; relays are listed with what they carry", "[server]") {
    server_desk at;
    at.daemon.on("add_relay", json{{"id", 2}, {"name", "fra1"}, {"token", "buri-relay-ab"}});
    CHECK(at.run("relay add fra1 --region eu") == 0);
    CHECK(at.params() == json{{"name", "fra1"}, {"region", "eu"}});
    CHECK(at.user.out == "buri-relay-ab\n");
    at.daemon.on("remove_relay", json{{"name", "fra1"}, {"changed", true}}, refusal(errc::relay_not_found));
    CHECK(at.run("relay remove fra1") == 0);
    CHECK(at.user.out == "removed the relay fra1\n");
    CHECK(at.run("relay remove fra1") == 5);
    json own{{"id", 1},
             {"name", "server"},
             {"region", nullptr},
             {"online", true},
             {"since", nullptr},
             {"version", ""},
             {"bindings", 12},
             {"kbit", 900},
             {"full", true},
             {"udp", {"203.0.113.2:17771"}},
             {"tcp", {"203.0.113.2:12975"}},
             {"tls", json::array()}};
    json away{{"id", 2},          {"name", "fra1"},       {"region", "eu"},       {"online", false},
              {"since", nullptr}, {"version", nullptr},   {"bindings", 0},        {"kbit", 0},
              {"full", false},    {"udp", json::array()}, {"tcp", json::array()}, {"tls", json::array()}};
    at.daemon.on("relays", json::array({own, away}), json::array());
    CHECK(at.run("relay list") == 0);
    CHECK(at.user.out ==
          "   NAME    REGION  SINCE  BINDINGS      KBIT/S  VERSION  ENDPOINTS\n"
          "*  server  -       -            12  900 (full)  -        udp 203.0.113.2:17771; tcp 203.0.113.2:12975\n"
          "   fra1    eu      -             -           -  -        -\n");
    CHECK(at.run("relay list") == 0);
    CHECK(at.user.err == "no relays.\n");
}

TEST_CASE("a backup is named by its absolute path, and a reload says what changed", "[server]") {
    server_desk at;
    at.daemon.on("backup", json{{"file", "/srv/x"}, {"bytes", 123456}});
    CHECK(at.run("backup /srv/../srv/x") == 0);
    CHECK(at.params() == json{{"file", "/srv/x"}});
    CHECK(at.user.out == "wrote /srv/x, 123.5 KB. 'vpn server restore' makes a server from it.\n");
    at.run("backup x");
    CHECK(at.params()["file"].get<std::string>().starts_with("/"));
    at.daemon.on("reload", json{{"changed", {"log_level"}}, {"restart_needed", {"tcp_port"}}},
                 json{{"changed", json::array()}, {"restart_needed", json::array()}});
    CHECK(at.run("reload") == 0);
    CHECK(at.user.out == "changed: log_level\nat the next start: tcp_port\n");
    CHECK(at.run("reload") == 0);
    CHECK(at.user.out == "nothing changed.\n");
}

TEST_CASE("a backup is restored without a server", "[server]") {
    session user;
    std::optional<daemon::restore_options> asked;
    result<daemon::restore_report> outcome = daemon::restore_report{"/srv/vpn", 3, 1};
    user.processes.restore_server = [&](const daemon::restore_options& options) {
        asked = options;
        return outcome;
    };
    CHECK(user.run("server restore /srv/backup --state /srv/vpn") == 0);
    CHECK(asked->file == "/srv/backup");
    CHECK(asked->state_directory == "/srv/vpn");
    CHECK(user.out == "restored /srv/vpn: 3 accounts, 1 network\n");
    CHECK(user.err == "start it with 'vpn server run --state /srv/vpn'\n");
    CHECK(user.run("server restore /srv/backup --json") == 0);
    CHECK(asked->state_directory == "/var/lib/vpn-server");
    CHECK(json::parse(user.out) == json{{"state", "/srv/vpn"}, {"accounts", 3}, {"networks", 1}});
    outcome = fail(errc::already_initialised);
    CHECK(user.run("server restore /srv/backup") == 1);
    CHECK(user.err.starts_with("vpn: cannot restore /srv/backup: there is a server here already"));
}
