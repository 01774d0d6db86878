// Each fact that is wrong gives its verdict, and its remedy.
#include "buri/core/node/doctor.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;
using namespace buri::core;
using namespace std::chrono_literals;

namespace {

doctor_facts healthy() {
    doctor_facts facts;
    facts.interface = "vpn0";
    facts.mtu = 1380;
    facts.has_interface = true;
    facts.uplink = "eth0";
    facts.uplink_mtu = 1500;
    facts.is_clock_synchronised = true;
    facts.state = "/var/lib/vpn";
    facts.server = "vpn.example.org:12975";
    facts.is_online = true;
    facts.udp_port = 41641;
    facts.is_mapped = true;
    return facts;
}

check find(const doctor_facts& facts, const std::string& name) {
    const auto all = examine(facts);
    const auto found = std::ranges::find(all, name, &check::name);
    REQUIRE(found != all.end());
    return *found;
}

}  // namespace

TEST_CASE("a healthy machine has nothing to remedy", "[doctor]") {
    for (const auto& each : examine(healthy())) {
        INFO(each.name << ": " << each.text);
        CHECK(each.is == verdict::ok);
        CHECK(each.remedy.empty());
        CHECK_FALSE(each.text.empty());
    }
    CHECK(doctor_json(examine(healthy()))["ok"] == true);
}

TEST_CASE("what is wrong is found, with a remedy", "[doctor]") {
    struct row {
        const char* check;
        verdict is;
        void (*spoil)(doctor_facts&);
        const char* remedy;
    };
    const auto spoilt = GENERATE(
        row{"tun", verdict::problem, [](auto& it) { it.tun_problem = "no such file"; }, "modprobe tun"},
        row{"tun", verdict::warning, [](auto& it) { it.has_interface = false; }, "server"},
        row{"state", verdict::problem, [](auto& it) { it.open_files = {"/var/lib/vpn/identity.pem"}; },
            "chmod go-rwx /var/lib/vpn/identity.pem"},
        row{"clock", verdict::warning, [](auto& it) { it.is_clock_synchronised = false; }, "timedatectl"},
        row{"clock", verdict::problem, [](auto& it) { it.clock_ahead = -90s; }, "timedatectl"},
        row{"uplink", verdict::warning, [](auto& it) { it.uplink.clear(); }, "connect"},
        row{"uplink", verdict::warning, [](auto& it) { it.uplink_mtu = 1400; }, "mtu = 1320"},
        row{"uplink", verdict::warning, [](auto& it) { it.uplink_mtu = 1280; }, "ip link set eth0 mtu 1500"},
        row{"uplink", verdict::problem, [](auto& it) { it.uplink_mtu = 1000; }, "ip link set eth0 mtu"},
        row{"routes", verdict::problem,
            [](auto& it) {
                it.routes = {{*parse_ip_prefix("100.64.0.0/10"), *parse_ip_prefix("100.64.0.0/16"), "wg0"}};
            },
            "ip route del 100.64.0.0/16 dev wg0"},
        row{"rp_filter", verdict::warning,
            [](auto& it) {
                it.strict_rp_filter = {"eth0", "vpn0"};
            },
            "net.ipv4.conf.eth0.rp_filter=2"},
        row{"routes", verdict::problem,
            [](auto& it) {
                it.routes = {{*parse_ip_prefix("100.64.0.0/10"), *parse_ip_prefix("100.64.1.1/32"), "lo", true}};
            },
            "ip addr del 100.64.1.1/32 dev lo"},
        row{"rp_filter", verdict::warning,
            [](auto& it) {
                it.strict_rp_filter = {"eth0", "vpn0"};
            },
            "net.ipv4.conf.vpn0.rp_filter=2"},
        row{"firewall", verdict::problem, [](auto& it) { it.datagrams = datagram_fate::refused_out; },
            "udp sport 41641"},
        row{"firewall", verdict::problem, [](auto& it) { it.datagrams = datagram_fate::dropped_in; },
            "ufw allow 41641/udp"},
        row{"udp", verdict::problem, [](auto& it) { it.datagrams = datagram_fate::silent; },
            "let UDP out of this network"},
        row{"udp", verdict::problem, [](auto& it) { it.datagrams = datagram_fate::dropped_in; },
            "the check of the firewall"},
        row{"server", verdict::problem,
            [](auto& it) {
                it.is_online = false;
                it.portal = "a login page answers";
            },
            "in a browser"},
        row{"dns", verdict::warning, [](auto& it) { it.name_problem = "no such name"; }, "resolv.conf"},
        row{"server", verdict::problem, [](auto& it) { it.is_online = false; }, "vpn.example.org:12975"},
        row{"server", verdict::problem,
            [](auto& it) {
                it.is_online = false;
                it.problem = make_error(errc::intercepted);
            },
            "log in"},
        row{"udp", verdict::problem,
            [](auto& it) {
                it.is_mapped = false;
                it.nat.udp_works = false;
            },
            "41641"},
        row{"firewall", verdict::warning,
            [](auto& it) {
                it.nat.mapping = nat_mapping::none;
                it.nat.filtering = nat_filtering::address_port_dependent;
            },
            "ufw allow 41641/udp"},
        row{"firewall", verdict::warning, [](auto& it) { it.mappings = {port_mapping()}; },
            "nft insert rule inet filter input udp dport 41641 accept"},
        row{"path_mtu", verdict::warning, [](auto& it) { it.path_mtu = 1300; }, "mtu = 1300"});
    auto facts = healthy();
    spoilt.spoil(facts);
    const auto found = find(facts, spoilt.check);
    INFO(found.name << ": " << found.text << " -> " << found.remedy);
    CHECK(found.is == spoilt.is);
    CHECK(found.remedy.find(spoilt.remedy) != std::string::npos);
    CHECK(doctor_json(examine(facts))["ok"] == (spoilt.is != verdict::problem));
}

TEST_CASE("without a node the host alone is examined", "[doctor]") {
    doctor_facts facts;
    facts.state = "/var/lib/vpn";
    facts.is_clock_synchronised = true;
    facts.uplink = "eth0";
    facts.uplink_mtu = 1500;
    CHECK(doctor_json(examine_host(facts))["ok"] == true);
    for (const auto& each : examine_host(facts)) {
        INFO(each.name << ": " << each.text);
        CHECK(each.is == verdict::ok);
    }
    facts.may_set_up = false;
    CHECK(examine_host(facts).front().remedy.find("sudo vpn up") != std::string::npos);
    facts.tun_problem = "no such device";
    CHECK(examine_host(facts)[1].name == "tun");
}

TEST_CASE("what was tried just now counts more than what was known", "[doctor]") {
    auto facts = healthy();
    facts.is_mapped = false;
    facts.nat.udp_works = false;
    facts.datagrams = datagram_fate::answered;
    CHECK(find(facts, "udp").is == verdict::ok);
    facts.clock_ahead = 1s;
    facts.is_clock_synchronised = false;
    CHECK(find(facts, "clock").text == "as the server's");
}

TEST_CASE("what is doubtful is not called wrong", "[doctor]") {
    auto facts = healthy();
    facts.clock_ahead = 59s;
    CHECK(find(facts, "clock").is == verdict::ok);
    facts.is_clock_synchronised.reset();
    facts.clock_ahead.reset();
    CHECK(find(facts, "clock").is == verdict::ok);
    facts.mappings = {port_mapping(), port_mapping()};
    facts.mappings.back().is_verified = true;
    CHECK(find(facts, "firewall").is == verdict::ok);
    facts.nat.mapping = nat_mapping::none;
    facts.nat.filtering = nat_filtering::unknown;
    CHECK(find(facts, "firewall").is == verdict::ok);
    facts.is_mapped = false;
    CHECK(find(facts, "udp").is == verdict::ok);
    facts.is_online = false;
    facts.nat.udp_works = false;
    CHECK(find(facts, "udp").is == verdict::ok);
    facts.name_problem = "no such name";
    CHECK(find(facts, "dns").is == verdict::problem);
}
