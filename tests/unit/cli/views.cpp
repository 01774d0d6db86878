#include "cli/views.hpp"

#include "buri/base/timestamp.hpp"
#include "cli/administration_views.hpp"
#include "cli/display_width.hpp"
#include "cli/printable.hpp"
#include "cli/reach_views.hpp"
#include "cli/server_views.hpp"
#include "cli/text_table.hpp"

#include <catch2/catch.hpp>

using namespace buri::cli;
using buri::wire::json;

namespace {

const palette plain(false);
const palette colored(true);

json peer(const std::string& address, const std::string& nickname, const std::string& state) {
    return {{"address", address}, {"address6", "fd00::1"}, {"nickname", nickname}, {"online", state != "offline"},
            {"state", state},     {"endpoint", nullptr},   {"rtt_ms", nullptr},    {"suite", nullptr},
            {"epoch", nullptr},   {"networks", {"lab"}},   {"problem", nullptr}};
}

json lab() {
    auto build = peer("100.68.2.9", "build", "direct");
    build["endpoint"] = "198.51.100.7:41641";
    build["rtt_ms"] = 1.234;
    auto far = peer("100.68.2.10", "far", "direct");
    far["endpoint"] = "203.0.113.9:5";
    far["rtt_ms"] = 124.8;
    return {{"name", "lab"},
            {"owner", {{"address", "100.64.17.203"}, {"nickname", "anna"}, {"you", true}}},
            {"open", false},
            {"member_count", 5},
            {"max_members", 256},
            {"peers", {build, far, peer("100.90.77.1", "nas", "connecting"), peer("100.71.3.3", "phone", "offline")}}};
}

const auto now = *buri::parse_rfc3339("2026-01-02T03:04:05Z");
const json me{{"address", "100.64.17.203"}, {"nickname", "anna"}};

}  // namespace

TEST_CASE("a network is shown with its members, marks and columns", "[views]") {
    CHECK(networks_view(json::array({lab()}), me, plain) ==
          "lab  (owner: you, 5 of 256 members)\n"
          "     100.64.17.203  anna   you\n"
          "  *  100.68.2.9     build  direct  198.51.100.7:41641    1.2 ms\n"
          "  *  100.68.2.10    far    direct  203.0.113.9:5       124.8 ms\n"
          "  !  100.90.77.1    nas    connecting\n"
          "     100.71.3.3     phone  offline\n");
}

TEST_CASE("networks are apart by an empty line, and open ones say so", "[views]") {
    auto open = lab();
    open["name"] = "games";
    open["open"] = true;
    open["owner"] = {{"address", "100.68.2.9"}, {"nickname", "build"}, {"you", false}};
    open["peers"] = json::array();
    const auto text = networks_view(json::array({lab(), open}), me, plain);
    CHECK(text.find("offline\n\ngames  (owner: build, 5 of 256 members, open)\n     100.64.17.203  anna  you\n") !=
          std::string::npos);
    CHECK(networks_view(json::array(), me, plain).empty());
}

TEST_CASE("a terminal gets the same text with colours", "[views]") {
    auto text = networks_view(json::array({lab()}), me, colored);
    CHECK(text.find("\x1b[32m*\x1b[0m") != std::string::npos);
    for (auto at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b'))
        text.erase(at, text.find('m', at) - at + 1);
    CHECK(text == networks_view(json::array({lab()}), me, plain));
}

TEST_CASE("a peer with a problem is marked and its problem shown", "[views]") {
    auto nas = peer("100.90.77.1", "nas", "direct");
    nas["problem"] = {{"name", "auth_failed"}, {"text", "its key is not the one that the server told"}};
    const auto text = peers_view(json::array({nas}), plain);
    CHECK(text.find("!  100.90.77.1  nas") != std::string::npos);
    CHECK(text.find("its key is not the one that the server told") != std::string::npos);
}

TEST_CASE("peers are a table with a head", "[views]") {
    CHECK(peers_view(lab()["peers"], plain) ==
          "   ADDRESS      NICKNAME  STATE       ENDPOINT                 RTT  NETWORKS\n"
          "*  100.68.2.9   build     direct      198.51.100.7:41641    1.2 ms  lab\n"
          "*  100.68.2.10  far       direct      203.0.113.9:5       124.8 ms  lab\n"
          "!  100.90.77.1  nas       connecting                                lab\n"
          "   100.71.3.3   phone     offline                                   lab\n");
    CHECK(peers_view(json::array(), plain).empty());
}

TEST_CASE("a status is a block of lines, without those that have nothing to say", "[views]") {
    const json status{{"version", "0.1.0"},
                      {"pid", 12},
                      {"state", "online"},
                      {"address", "100.64.17.203"},
                      {"address6", "fd7a::6440:11cb"},
                      {"nickname", "anna"},
                      {"fingerprint", "SHA256:abc"},
                      {"key_type", "ed25519"},
                      {"interface", "vpn0"},
                      {"mtu", 1380},
                      {"udp_port", 41641},
                      {"server",
                       {{"host", "vpn.example.org"},
                        {"port", 12975},
                        {"endpoint", "203.0.113.1:12975"},
                        {"fingerprint", "SHA256:def"},
                        {"suite", "aes"},
                        {"verified", true}}},
                      {"mapped", {"198.51.100.7:41641"}},
                      {"nat", "endpoint_independent"},
                      {"networks", 2},
                      {"peers", {{"total", 5}, {"online", 3}, {"direct", 2}}},
                      {"problem", nullptr}};
    CHECK(status_view(status, now, plain) ==
          "state      online\n"
          "address    100.64.17.203  fd7a::6440:11cb\n"
          "nickname   anna\n"
          "key        SHA256:abc (ed25519)\n"
          "server     vpn.example.org:12975  verified  suite aes\n"
          "           SHA256:def\n"
          "interface  vpn0  mtu 1380  udp 41641\n"
          "seen as    198.51.100.7:41641  NAT: endpoint-independent\n"
          "networks   2\n"
          "peers      5, 3 online, 2 direct\n");
    CHECK(status_view({{"state", "connecting"}}, now, plain) == "state  connecting\n");
    CHECK(status_view({{"state", "alarm"}, {"problem", {{"name", "server_key_changed"}, {"text", "another key"}}}}, now,
                      plain) == "state    alarm\nproblem  another key\n");
}

TEST_CASE("a plan is shown with its end, in yellow within 14 days of it", "[views]") {
    const auto line = [](const json& until, const palette& colors) {
        const json status{{"plan", {{"name", "premium"}, {"until", until}, {"max_members", 256}, {"max_networks", 0}}}};
        return status_view(status, now, colors);
    };
    CHECK(line(nullptr, plain) == "plan  premium  256 members a network, unlimited networks\n");
    CHECK(line("2026-01-16T03:04:06Z", plain) ==
          "plan  premium until 2026-01-16T03:04:06Z  256 members a network, unlimited networks\n");
    CHECK(line("2026-01-16T03:04:05Z", plain) ==
          "plan  premium until 2026-01-16T03:04:05Z (14 days left)  256 members a network, unlimited networks\n");
    CHECK(line("2026-01-03T03:04:05Z", plain).find("(1 day left)") != std::string::npos);
    CHECK(line("2026-01-01T03:04:05Z", plain).find("(over)") != std::string::npos);
    CHECK(line("2026-01-16T03:04:06Z", colored).find("\x1b[33m") == std::string::npos);
    CHECK(line("2026-01-16T03:04:05Z", colored).find("\x1b[33mpremium") != std::string::npos);
}

TEST_CASE("what is not encrypted is said loudly everywhere", "[views]") {
    CHECK(status_view({{"unencrypted_peers", 0}}, now, plain).empty());
    CHECK(status_view({{"unencrypted_peers", 2}}, now, plain) ==
          "encryption  NOT ENCRYPTED with 2 peers: everybody on the way can read those packets\n");
    auto nas = peer("100.90.77.1", "nas", "direct");
    nas["encrypted"] = false;
    const auto line = peers_view(json::array({nas}), plain);
    CHECK(line.find("\n!  100.90.77.1  nas ") != std::string::npos);
    CHECK(line.ends_with("  NOT ENCRYPTED\n"));
    CHECK(peer_view(nas, plain).find("encryption  NOT ENCRYPTED: everybody on the way can read the packets\n") !=
          std::string::npos);
    nas["encrypted"] = nullptr;
    CHECK(peers_view(json::array({nas}), plain).find("NOT ENCRYPTED") == std::string::npos);
    auto open = lab();
    open["encryption"] = "off";
    CHECK(networks_view(json::array({open}), me, colored).find("\x1b[31mNOT ENCRYPTED\x1b[0m") != std::string::npos);
}

TEST_CASE("a peer is shown with everything that is known", "[views]") {
    auto build = lab()["peers"][0];
    build["suite"] = "aes";
    build["epoch"] = 2;
    build["fingerprint"] = "SHA256:abc";
    build["verified"] = false;
    build["sent_bytes"] = 1234567;
    build["received_bytes"] = 12;
    CHECK(peer_view(build, plain) ==
          "nickname  build\n"
          "address   100.68.2.9  fd00::1\n"
          "state     direct  198.51.100.7:41641  1.2 ms\n"
          "tunnel    suite aes  epoch 2\n"
          "key       SHA256:abc  not verified\n"
          "traffic   sent 1.2 MB  received 12 B\n"
          "networks  lab\n");
}

TEST_CASE("a peer behind a relay is shown with the relay's name", "[views]") {
    auto nas = peer("100.90.77.1", "nas", "relay");
    nas["endpoint"] = "192.0.2.1:17770";
    nas["rtt_ms"] = 24.8;
    nas["path"] = {{"kind", "relay"}, {"endpoint", "192.0.2.1:17770"}, {"relay", {{"id", 1}, {"name", "fra1"}}}};
    nas["mtu"] = 1400;
    CHECK(peers_view(json::array({nas}), plain).find("!  100.90.77.1  nas       relay  fra1      24.8 ms  lab\n") !=
          std::string::npos);
    CHECK(peer_view(nas, plain).find("state     relay  fra1  24.8 ms\n") != std::string::npos);
    CHECK(peer_view(nas, plain).find("mtu 1400") != std::string::npos);
    nas["state"] = "direct";
    nas["path"] = {{"kind", "tcp"}, {"endpoint", "198.51.100.7:443"}, {"relay", nullptr}};
    nas["endpoint"] = "198.51.100.7:443";
    CHECK(peer_view(nas, plain).find("state     direct (tcp)  198.51.100.7:443  24.8 ms\n") != std::string::npos);
    const json counts{{"total", 5}, {"online", 4}, {"direct", 2}, {"relay", 1}, {"idle", 0}};
    CHECK(status_view({{"peers", counts}}, now, plain) == "peers  5, 4 online, 2 direct, 1 by relay\n");
}

TEST_CASE("an event is a line", "[views]") {
    CHECK(event_view({{"event", "peer"},
                      {"time", "2026-01-02T03:04:05Z"},
                      {"nickname", "nas"},
                      {"online", true},
                      {"x", nullptr}},
                     plain) == "2026-01-02T03:04:05Z  peer  nickname=nas  online=true\n");
    CHECK(event_view("nonsense", plain) == "\n");
}

TEST_CASE("nothing that others chose reaches the terminal as a command", "[views]") {
    CHECK(printable("a\x1b[31mb\x07\x7f") == "a?[31mb??");
    CHECK(printable("one\ntwo\tthree") == "one two three");
    CHECK(printable("gpj.\u202eexe") == "gpj.?exe");
    CHECK(printable("\u2066a\u2069") == "?a?");
    CHECK(printable("\u2065\u206a\u20ac") == "\u2065\u206a\u20ac");
    CHECK(printable_lines("one\n\ntwo\r\n") == "one\n\ntwo?\n");
    CHECK(printable("\xc2\x9b"
                    "31m \xc3\xa4") == "?31m \xc3\xa4");
    const json evil{{"state", "online"}, {"nickname", "\x1b]0;owned\x07"}};
    CHECK(status_view(evil, now, plain).find('\x1b') == std::string::npos);
    CHECK(event_view({{"event", "notice"}, {"te\x1bxt", "\x1b[2J"}}, plain).find('\x1b') == std::string::npos);
}

TEST_CASE("fields of the wrong kind are left out", "[views]") {
    for (const auto& wrong :
         {json(), json(5), json("text"), json::array({1, "x", nullptr}), json{{"state", json::array()}},
          json{{"server", 5}, {"peers", "x"}, {"mapped", {1, 2}}, {"problem", "x"}, {"rtt_ms", "fast"}}}) {
        CHECK_NOTHROW(status_view(wrong, now, plain));
        CHECK_NOTHROW(peer_view(wrong, plain));
        CHECK_NOTHROW(event_view(wrong, plain));
        CHECK_NOTHROW(peers_view(wrong, plain));
        CHECK_NOTHROW(networks_view(json::array({wrong}), wrong, plain));
        CHECK_NOTHROW(requests_view(json::array({wrong}), plain));
        CHECK_NOTHROW(bans_view(json::array({wrong}), plain));
        CHECK_NOTHROW(administrators_view(json::array({wrong}), plain));
        CHECK_NOTHROW(announcements_view(json::array({wrong}), plain));
        CHECK_NOTHROW(invites_view(json::array({wrong}), plain));
        CHECK_NOTHROW(log_view(json::array({wrong}), plain));
        CHECK_NOTHROW(server_status_view(wrong, plain));
        CHECK_NOTHROW(accounts_view(json::array({wrong}), plain));
        CHECK_NOTHROW(account_view(wrong, plain));
        CHECK_NOTHROW(server_networks_view(json::array({wrong}), plain));
        CHECK_NOTHROW(server_network_view(wrong, plain));
        CHECK_NOTHROW(plans_view(json::array({wrong}), plain));
        CHECK_NOTHROW(licences_view(json::array({wrong}), plain));
        for (const auto* field : {"nat", "ipv6", "port_mapping", "control", "punching", "relays", "peer", "you",
                                  "other", "ways", "advice", "checks"}) {
            for (const auto& within : {wrong, json::array({wrong})}) {
                CHECK_NOTHROW(netcheck_view({{field, within}}, plain));
                CHECK_NOTHROW(why_view({{field, within}}, plain));
                CHECK_NOTHROW(doctor_view({{field, within}}, plain));
            }
        }
    }
}

TEST_CASE("a table counts characters and leaves no blanks at the end of a line", "[views]") {
    text_table table;
    table.add({{"\xc3\xa4"}, {"b"}, {""}});
    table.add({{"cc"}, {"d"}, {"e"}});
    CHECK(table.print(plain) == "\xc3\xa4   b\ncc  d  e\n");
}

TEST_CASE("a table counts the columns that a terminal needs", "[views]") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\u00e4\u20ac") == 2);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("\u6771\u4eac") == 4);
    CHECK(display_width("\uac00") == 2);
    CHECK(display_width("\U0001f600") == 2);
    CHECK(display_width("a\u200bb\ufe0f") == 2);
    CHECK(display_width("\xff\xe6\x9d") == 3);
    text_table table;
    table.add({{"\u6771\u4eac"}, {"1"}});
    table.add({{"e\u0301"}, {"2"}});
    table.add({{"abcd"}, {"3"}});
    CHECK(table.print(plain) == "\u6771\u4eac  1\ne\u0301     2\nabcd  3\n");
}
