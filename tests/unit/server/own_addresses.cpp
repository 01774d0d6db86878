#include "buri/server/own_addresses.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using addresses = std::vector<ip_address>;

namespace {

ip_address at(std::string_view text) {
    return *ip_address::parse(text);
}

store::server_config usual() {
    store::server_config config;
    config.ula = *parse_ip_prefix("fd12:3456:789a:1::/64");
    return config;
}

const addresses machine{at("203.0.113.2"), at("100.64.0.1"),  at("127.0.0.1"),
                        at("fe80::1"),     at("2001:db8::2"), at("fd12:3456:789a:1::6440:1"),
                        at("10.0.0.2")};

}  // namespace

TEST_CASE("nodes are told the addresses of the machine that they can reach", "[own_addresses]") {
    const auto reach = server::reach_of(usual(), machine);
    CHECK(reach.addresses == addresses{at("203.0.113.2"), at("10.0.0.2"), at("2001:db8::2")});
    CHECK(reach.stun_ports == std::vector<std::uint16_t>{17771, 17772});
    CHECK(reach.tcp_port == 12975);
    CHECK(reach.tls_port == 443);
    CHECK(reach.has_relay);
    CHECK(reach.host.empty());
}

TEST_CASE("what the operator names comes first, and the other address last", "[own_addresses]") {
    auto config = usual();
    config.name = "198.51.100.9";
    config.other_address = at("203.0.113.2");
    CHECK(server::reach_of(config, machine).addresses ==
          addresses{at("198.51.100.9"), at("10.0.0.2"), at("2001:db8::2"), at("203.0.113.2")});
    config.name = "vpn.example.org";
    config.bind = {at("10.0.0.2")};
    config.relay = false;
    const auto reach = server::reach_of(config, machine);
    CHECK(reach.addresses == addresses{at("10.0.0.2"), at("203.0.113.2")});
    CHECK(reach.host == "vpn.example.org");
    CHECK_FALSE(reach.has_relay);
}

TEST_CASE("the addresses of this machine are none that only it can reach", "[own_addresses]") {
    for (const auto& address : server::machine_addresses()) {
        CAPTURE(to_string(address));
        CHECK_FALSE(address.is_loopback());
        CHECK_FALSE(address.is_link_local());
        CHECK_FALSE(address.is_unspecified());
    }
}
