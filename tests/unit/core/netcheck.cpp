// The document of `vpn netcheck`, from facts.
#include "buri/core/node/netcheck.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;
using wire::json;

namespace {

endpoint at(const char* text) {
    return *parse_endpoint(text);
}

relay_view relay(std::uint32_t id, const char* name, std::optional<duration> round_trip, bool by_stream = false) {
    relay_view out;
    out.info.id = id;
    out.info.name = name;
    out.round_trip = round_trip;
    out.by_stream = by_stream;
    return out;
}

netcheck_facts usual() {
    netcheck_facts facts;
    facts.is_online = true;
    facts.control_way = "tcp";
    facts.control = at("203.0.113.2:12975");
    facts.hosts = {at("192.168.1.2:1").address};
    facts.udp_port = 41641;
    facts.mapped = {at("198.51.100.7:41641")};
    facts.nat.mapping = nat_mapping::endpoint_independent;
    facts.nat.filtering = nat_filtering::address_port_dependent;
    facts.nat.mapped = facts.mapped.front();
    facts.nat.preserves_port = true;
    facts.relays = {relay(1, "fra1", 24ms), relay(2, "nyc1", std::nullopt), relay(3, "ams1", 20ms, true)};
    return facts;
}

}  // namespace

TEST_CASE("a usual machine behind a usual router", "[netcheck]") {
    const auto document = netcheck_json(usual());
    CHECK(document["online"] == true);
    CHECK(document["udp"] == true);
    CHECK(document["nat"]["text"] == "easy: endpoint independent, port restricted");
    CHECK(document["nat"]["port_preserved"] == true);
    CHECK(document["nat"]["port_step"] == nullptr);
    CHECK(document["mapped"] == json{"198.51.100.7:41641"});
    CHECK(document["ipv6"] == json{{"addresses", json::array()}, {"works", false}});
    CHECK(document["carrier_nat"] == nullptr);
    CHECK(document["intercepted"] == nullptr);
    CHECK(document["control"] ==
          json{{"connected", true}, {"way", "tcp"}, {"endpoint", "203.0.113.2:12975"}, {"problem", nullptr}});
    CHECK(document["punching"]["most_guesses"] == 1536);
}

TEST_CASE("the nearest relay that answers is the best", "[netcheck]") {
    const auto relays = netcheck_json(usual())["relays"];
    REQUIRE(relays.size() == 3);
    CHECK(relays[0]["best"] == false);
    CHECK(relays[0]["rtt_ms"] == 24.0);
    CHECK(relays[0]["way"] == "udp");
    CHECK(relays[1]["rtt_ms"] == nullptr);
    CHECK(relays[1]["way"] == nullptr);
    CHECK(relays[2]["best"] == true);
    CHECK(relays[2]["way"] == "stream");
    CHECK_FALSE(best_relay({}));
}

TEST_CASE("offline, nothing is claimed that is not known", "[netcheck]") {
    netcheck_facts facts;
    facts.problem = make_error(errc::server_unreachable);
    const auto document = netcheck_json(facts);
    CHECK(document["online"] == false);
    CHECK(document["udp"] == nullptr);
    CHECK(document["nat"]["text"] == "not known yet");
    CHECK(document["nat"]["port_preserved"] == nullptr);
    CHECK(document["control"]["problem"]["name"] == "server_unreachable");
    CHECK(document["intercepted"] == nullptr);
    facts.nat.udp_works = false;
    CHECK(netcheck_json(facts)["udp"] == false);
    facts.relays = {relay(1, "fra1", 24ms, true)};
    CHECK(netcheck_json(facts)["udp"] == false);
}

TEST_CASE("who answers in the server's place is told", "[netcheck]") {
    netcheck_facts facts;
    facts.problem = make_error(errc::intercepted, "a portal answered");
    CHECK(netcheck_json(facts)["intercepted"] == "a portal answered");
    facts.problem = make_error(errc::server_unreachable);
    CHECK(netcheck_json(facts)["intercepted"] == nullptr);
    facts.portal = "the network sends who asks to a login page";
    CHECK(netcheck_json(facts)["intercepted"] == facts.portal);
}

TEST_CASE("IPv6 is there with a global address, and works once a server saw it", "[netcheck]") {
    auto facts = usual();
    facts.hosts.push_back(*ip_address::parse("2001:db8::1"));
    facts.hosts.push_back(*ip_address::parse("fd00::1"));
    CHECK(netcheck_json(facts)["ipv6"] == json{{"addresses", {"2001:db8::1"}}, {"works", false}});
    facts.mapped.push_back(at("[2001:db8::1]:41641"));
    CHECK(netcheck_json(facts)["ipv6"]["works"] == true);
    facts.mapped.clear();
    CHECK(netcheck_json(facts)["ipv6"]["works"] == nullptr);
}

TEST_CASE("a provider's NAT shows in addresses", "[netcheck]") {
    auto facts = usual();
    CHECK(carrier_nat_reason(facts).empty());
    facts.mapped = {at("100.64.3.4:5")};
    CHECK(carrier_nat_reason(facts).find("the server sees the address 100.64.3.4") != std::string::npos);
    facts = usual();
    port_mapping mapping;
    mapping.external = at("100.70.1.1:41641");
    facts.mappings = {mapping};
    CHECK(carrier_nat_reason(facts).find("external address is 100.70.1.1, of RFC 6598") != std::string::npos);
    facts.mappings.front().external = at("198.51.100.99:41641");
    CHECK(carrier_nat_reason(facts).find("the server sees another") != std::string::npos);
    facts.mappings.front().external = at("198.51.100.7:9");
    CHECK(carrier_nat_reason(facts).empty());
    facts.mappings.clear();
    facts.nat.is_cgn = true;
    CHECK_FALSE(carrier_nat_reason(facts).empty());
}

TEST_CASE("the router's methods and what it forwards", "[netcheck]") {
    auto facts = usual();
    port_mapping_report report;
    report.gateway = ip_address::parse("192.168.1.1").value();
    report.methods[0] = {method_state::refused, "not authorized", {}, {}};
    report.methods[1] = {method_state::mapped, "", at("198.51.100.7:41641"), facts.now + 60s};
    facts.gateway = report;
    port_mapping mapping;
    mapping.method = mapping_method::nat_pmp;
    mapping.external = at("198.51.100.7:41641");
    mapping.lifetime = 7200s;
    mapping.is_verified = true;
    facts.mappings = {mapping};
    const auto out = netcheck_json(facts)["port_mapping"];
    CHECK(out["gateway"] == "192.168.1.1");
    CHECK(out["gateway6"] == nullptr);
    CHECK(out["methods"][0]["state"] == "refused");
    CHECK(out["methods"][0]["reason"] == "not authorized");
    CHECK(out["methods"][1]["left_s"] == 60);
    CHECK(out["methods"][1]["external"] == "198.51.100.7:41641");
    CHECK(out["methods"][2]["state"] == "not_asked");
    CHECK(out["mappings"][0] == json{{"protocol", "udp"},
                                     {"method", "NAT-PMP"},
                                     {"external", "198.51.100.7:41641"},
                                     {"lifetime_s", 7200},
                                     {"verified", true}});
}
