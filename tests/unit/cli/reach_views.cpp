#include "cli/reach_views.hpp"

#include <catch2/catch.hpp>

using namespace buri::cli;
using buri::wire::json;

namespace {

const palette plain(false);
const palette colored(true);

json document() {
    return {{"online", true},
            {"udp", true},
            {"udp_port", 41641},
            {"nat",
             {{"text", "easy: endpoint independent, port restricted"},
              {"mapping", "endpoint_independent"},
              {"filtering", "address_port_dependent"},
              {"symmetric", false},
              {"port_preserved", true},
              {"lifetime_s", 120}}},
            {"mapped", {"198.51.100.7:41641"}},
            {"ipv6", {{"addresses", json::array()}, {"works", false}}},
            {"carrier_nat", nullptr},
            {"intercepted", nullptr},
            {"port_mapping",
             {{"gateway", "192.168.1.1"},
              {"gateway6", nullptr},
              {"methods", {{{"method", "PCP"}, {"state", "no_answer"}, {"text", "no answer"}}}},
              {"mappings",
               {{{"protocol", "udp"}, {"method", "UPnP"}, {"external", "198.51.100.7:41641"}, {"verified", true}}}},
              {"double_nat", false}}},
            {"relays",
             {{{"name", "fra1"}, {"region", "eu"}, {"rtt_ms", 24.8}, {"way", "udp"}, {"best", true}},
              {{"name", "nyc1"}, {"region", "us"}, {"rtt_ms", nullptr}, {"way", nullptr}, {"best", false}}}},
            {"control", {{"connected", true}, {"way", "tcp"}, {"endpoint", "203.0.113.2:12975"}}},
            {"punching", {{"guesses", 0}, {"most_guesses", 1024}, {"most_per_second", 200}, {"spraying", false}}}};
}

}  // namespace

TEST_CASE("netcheck is a block, then the relays", "[views]") {
    CHECK(netcheck_view(document(), plain) ==
          "server     connected  by tcp  203.0.113.2:12975\n"
          "UDP        works  port 41641\n"
          "NAT        easy: endpoint independent, port restricted\n"
          "mapping    every destination sees the same port  (endpoint-independent, RFC 4787)\n"
          "           the mapped port is this machine's own\n"
          "           a mapping lives 120 s at least\n"
          "filtering  only who was sent to gets in  (address and port-dependent)\n"
          "seen as    198.51.100.7:41641\n"
          "CGNAT      none seen\n"
          "IPv6       no global address\n"
          "router     192.168.1.1\n"
          "           forwards no port: no answer by PCP\n"
          "forwarded  udp  198.51.100.7:41641  by UPnP  verified\n"
          "punching   0 of 1024 ports guessed in 30 s, at most 200 a second\n"
          "relays\n"
          "  *  fra1  eu    24.8 ms  udp  best\n"
          "     nyc1  us  no answer\n");
}

TEST_CASE("netcheck says that there is no connection, and what is in the way", "[views]") {
    auto offline = document();
    offline["control"] = {{"connected", false}, {"problem", {{"text", "nobody answers"}}}};
    offline["udp"] = nullptr;
    offline["intercepted"] = "a portal answers";
    offline["carrier_nat"] = "the address is of RFC 6598";
    offline["relays"] = json::array();
    const auto text = netcheck_view(offline, plain);
    CHECK(
        text.starts_with("server       not connected: what follows is what was known last  nobody answers\n"
                         "intercepted  a portal answers\n"
                         "             -> log in to this network in a browser, or use another\n"
                         "UDP          not known yet  port 41641\n"));
    CHECK(text.find("CGNAT        yes: the address is of RFC 6598\n") != std::string::npos);
    CHECK(text.ends_with("relays  none\n"));
    offline["udp"] = false;
    CHECK(netcheck_view(offline, colored).find("\x1b[31mblocked") != std::string::npos);
}

TEST_CASE("what a try cost is shown where it was spent or led to a way", "[views]") {
    const auto shown = [](const char* outcome, unsigned packets, unsigned took) {
        const json trial{
            {"ago_s", 3}, {"text", "tried"}, {"outcome", outcome}, {"packets", packets}, {"took_ms", took}};
        return why_view({{"peer", json::object()},
                         {"verdict", ""},
                         {"advice", json::array()},
                         {"you", {{"nickname", "anna"}, {"tried", {trial}}}},
                         {"other", json::object()},
                         {"ways", json::array()}},
                        plain);
    };
    CHECK_THAT(shown("direct", 12, 31), Catch::Contains("tried  12 packets, 31 ms\n"));
    CHECK_THAT(shown("direct", 1, 31), Catch::Contains("tried  1 packet, 31 ms\n"));
    CHECK_THAT(shown("direct", 0, 18), Catch::Contains("tried  18 ms\n"));
    CHECK_THAT(shown("under_way", 12, 0), Catch::Contains("tried  12 packets\n"));
    CHECK_THAT(shown("no_mapping", 0, 0), Catch::Contains("tried\n"));
}

TEST_CASE("why is the verdict, advice, both ends, and the ways", "[views]") {
    const json trial{
        {"ago_s", 3}, {"text", "to each address of the peer: nothing came back"}, {"packets", 24}, {"took_ms", 800}};
    const json why{{"peer",
                    {{"address", "100.90.77.1"},
                     {"nickname", "nas"},
                     {"state", "relay"},
                     {"online", true},
                     {"rtt_ms", 24.8},
                     {"path", {{"kind", "relay"}, {"relay", {{"name", "fra1"}}}}}}},
                   {"verdict", "Packets go by the relay fra1."},
                   {"advice", {"enable UPnP on the router of nas"}},
                   {"you",
                    {{"nickname", "anna"},
                     {"nat", {{"text", "easy: endpoint independent, port restricted"}}},
                     {"candidates", {{{"kind", "mapped"}, {"endpoint", "198.51.100.7:41641"}}}},
                     {"tried", {trial}}}},
                   {"other", {{"nickname", "nas"}, {"nat", nullptr}}},
                   {"ways",
                    {{{"kind", "relay"},
                      {"endpoint", "192.0.2.1:1"},
                      {"relay", "fra1"},
                      {"path", true},
                      {"alive", true},
                      {"rtt_ms", 24.8},
                      {"loss", 0.02},
                      {"age_s", 1}},
                     {{"kind", "direct"},
                      {"endpoint", "203.0.113.9:5"},
                      {"relay", nullptr},
                      {"path", false},
                      {"alive", false},
                      {"rtt_ms", nullptr},
                      {"loss", nullptr},
                      {"age_s", nullptr}}}}};
    CHECK(why_view(why, plain) ==
          "!  100.90.77.1  nas  relay  fra1  24.8 ms\n"
          "\n"
          "Packets go by the relay fra1.\n"
          "  -> enable UPnP on the router of nas\n"
          "\n"
          "anna\n"
          "  NAT      easy: endpoint independent, port restricted\n"
          "  seen as  198.51.100.7:41641\n"
          "  tried 3 s ago  to each address of the peer: nothing came back  24 packets, 800 ms\n"
          "nas\n"
          "  NAT  not told\n"
          "\n"
          "ways\n"
          "  *  relay   fra1           24.8 ms  2 % lost  answered 1 s ago\n"
          "     direct  203.0.113.9:5                     never answered\n");
}
