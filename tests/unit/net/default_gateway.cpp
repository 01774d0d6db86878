#include "buri/net/default_gateway.hpp"

#include "buri/net/upnp.hpp"
#include "tests/unit/net/network.hpp"

#include <catch2/catch.hpp>

#include <linux/rtnetlink.h>
#include <sys/socket.h>

using namespace buri;
using namespace buri::net;
using namespace buri::test;

namespace {

/// A default route through a gateway; RTNH_F_ONLINK lets any address be one.
void add_default_route(const std::string& name, const std::string& gateway, std::uint32_t metric = 0,
                       std::uint32_t table = RT_TABLE_MAIN, const std::string& source = "") {
    const auto to = address(gateway);
    auto socket = netlink_socket::open().value();
    rtmsg fixed{};
    fixed.rtm_family = to.is_v4() ? AF_INET : AF_INET6;
    fixed.rtm_protocol = RTPROT_STATIC;
    fixed.rtm_type = RTN_UNICAST;
    fixed.rtm_flags = RTNH_F_ONLINK;
    netlink_request request(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, fixed);
    request.attribute(RTA_GATEWAY, to.network_bytes()).number(RTA_OIF, index_of(name));
    request.number(RTA_PRIORITY, metric).number(RTA_TABLE, table);
    if (!source.empty()) request.attribute(RTA_PREFSRC, address(source).network_bytes());
    REQUIRE(socket.ask(request) == 0);
}

/// An interface that is up, with an address.
struct connected {
    connected(const std::string& name, const std::string& own, unsigned length) : device(name) {
        network_namespace::bring_up(name);
        add_address(name, {address(own), length});
    }
    tun device;
};

std::optional<default_gateway> v4(const std::string& except = "vpn0") {
    return find_default_gateway(address_family::v4, except).value();
}

std::optional<default_gateway> v6() {
    return find_default_gateway(address_family::v6, "vpn0").value();
}

}  // namespace

TEST_CASE("the default gateway is found, with this host's address on its network", "[netns]") {
    const network_namespace alone;
    CHECK_FALSE(v4());
    const connected lan("lan0", "192.168.7.20", 24);
    CHECK_FALSE(v4());
    add_default_route("lan0", "192.168.7.1");
    const auto found = v4();
    REQUIRE(found);
    CHECK(*found ==
          default_gateway{address("192.168.7.1"), address("192.168.7.20"), prefix("192.168.7.0/24"), index_of("lan0")});
}

TEST_CASE("the route of the lowest metric counts, and no other table than the main one", "[netns]") {
    const network_namespace alone;
    const connected cable("lan0", "192.168.7.20", 24);
    const connected radio("wlan0", "10.9.0.20", 16);
    add_default_route("lan0", "192.168.7.1", 200);
    add_default_route("wlan0", "10.9.0.1", 600);
    add_default_route("wlan0", "10.9.0.2", 0, 77);
    CHECK(v4()->address == address("192.168.7.1"));
    add_default_route("wlan0", "10.9.0.3", 100);
    CHECK(v4()->address == address("10.9.0.3"));
    CHECK(v4()->network == prefix("10.9.0.0/16"));
}

TEST_CASE("a default route into the VPN leads to no gateway", "[netns]") {
    const network_namespace alone;
    const connected vpn("vpn0", "100.64.0.7", 10);
    add_default_route("vpn0", "100.64.0.1");
    CHECK_FALSE(v4());
    CHECK(v4("other")->address == address("100.64.0.1"));
}

TEST_CASE("a gateway that is not on a network of the interface is none", "[netns]") {
    const network_namespace alone;
    const connected lan("lan0", "203.0.113.7", 32);
    add_default_route("lan0", "203.0.113.1");
    CHECK_FALSE(v4());
}

TEST_CASE("a default route without a gateway is none", "[netns]") {
    const network_namespace alone;
    const connected line("ppp0", "203.0.113.7", 24);
    REQUIRE(add_route("ppp0", prefix("0.0.0.0/0")) == 0);
    CHECK_FALSE(v4());
}

TEST_CASE("of several addresses the one that the route prefers is asked from", "[netns]") {
    const network_namespace alone;
    const connected lan("lan0", "192.168.7.20", 24);
    add_address("lan0", {address("192.168.7.21"), 24});
    add_default_route("lan0", "192.168.7.1", 0, RT_TABLE_MAIN, "192.168.7.21");
    CHECK(v4()->own == address("192.168.7.21"));
}

TEST_CASE("an IPv6 gateway is a neighbour by its link-local address, asked from a global one", "[netns]") {
    const network_namespace alone;
    const connected lan("lan0", "2001:db8:7::20", 64);
    add_address("lan0", {address("fe80::20"), 64});
    add_default_route("lan0", "fe80::1");
    const auto found = v6();
    REQUIRE(found);
    CHECK(found->address == address("fe80::1"));
    CHECK(found->own == address("2001:db8:7::20"));
    CHECK_FALSE(v4());
}

TEST_CASE("an IPv6 gateway is not asked from an address that nobody outside reaches", "[netns]") {
    const network_namespace alone;
    const connected lan("lan0", "fd12:3456::20", 64);
    add_default_route("lan0", "fe80::1");
    CHECK_FALSE(v6());
    add_address("lan0", {address("2001:db8:7::20"), 64});
    CHECK(v6()->own == address("2001:db8:7::20"));
}

TEST_CASE("an IPv6 gateway is not asked from a link-local address", "[netns]") {
    const network_namespace alone;
    const connected lan("lan0", "fe80::20", 64);
    add_default_route("lan0", "fe80::1");
    CHECK_FALSE(v6());
}

TEST_CASE("the host of a URL is a literal IPv4 address or nothing") {
    CHECK(host_of_url("http://192.168.7.1:5000/rootDesc.xml") == address("192.168.7.1"));
    CHECK(host_of_url("http://192.168.7.1/x") == address("192.168.7.1"));
    CHECK(host_of_url("http://192.168.7.1") == address("192.168.7.1"));
    for (const auto* other : {"", "http://", "http:///x", "http://router.lan/", "https://192.168.7.1/", "http://[::1]/",
                              "http://a@192.168.7.1/", "http://192.168.7.1@203.0.113.9/", "ftp://192.168.7.1/",
                              "http://192.168.7/", "http://3232237313/", "HTTP://192.168.7.1/"})
        CHECK_FALSE(host_of_url(other));
}
