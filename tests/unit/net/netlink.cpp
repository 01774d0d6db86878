#include "buri/net/netlink.hpp"

#include "tests/unit/net/network.hpp"

#include <catch2/catch.hpp>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/syscall.h>

#include <algorithm>
#include <fstream>

using namespace buri;
using namespace buri::net;
using namespace buri::test;

namespace {

/// What the kernel's dump of addresses says of one interface, as "address/length flags".
std::vector<std::string> addresses_of(const std::string& name) {
    auto socket = netlink_socket::open().value();
    std::vector<std::string> out;
    netlink_request request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, ifaddrmsg{});
    REQUIRE(socket.dump(request, [&](const netlink_message& message) {
        const auto fixed = fixed_part<ifaddrmsg>(message.body);
        if (!fixed || fixed->ifa_index != index_of(name)) return;
        const auto raw = find_attribute(message.body, sizeof *fixed, IFA_ADDRESS);
        std::array<std::uint8_t, 16> v6{};
        std::ranges::copy(raw, v6.begin());
        const auto found = raw.size() == 16
                               ? ip_address::v6(v6)
                               : ip_address::v4(std::uint32_t{raw[0]} << 24U | std::uint32_t{raw[1]} << 16U |
                                                std::uint32_t{raw[2]} << 8U | raw[3]);
        out.push_back(to_string(found) + "/" + std::to_string(fixed->ifa_prefixlen));
    }) == 0);
    std::ranges::sort(out);
    return out;
}

struct link_facts {
    unsigned mtu = 0;
    unsigned max_segments = 0;
    bool is_up = false;
};

link_facts link_of(const std::string& name) {
    auto socket = netlink_socket::open().value();
    link_facts out;
    netlink_request request(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, ifinfomsg{});
    REQUIRE(socket.dump(request, [&](const netlink_message& message) {
        const auto fixed = fixed_part<ifinfomsg>(message.body);
        if (!fixed || fixed->ifi_index != static_cast<int>(index_of(name))) return;
        out.mtu = number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, IFLA_MTU));
        out.max_segments = number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, IFLA_GSO_MAX_SEGS));
        out.is_up = (fixed->ifi_flags & IFF_UP) != 0;
    }) == 0);
    return out;
}

void turn_off_v6(const std::string& name) {
    std::ofstream("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6") << 1;
}

const std::vector<std::string> both = {"100.64.0.7/10", "fd12:3456:789a:bcde::6440:7/64"};

}  // namespace

TEST_CASE("the interface comes up with its addresses, its MTU and routes to the other nodes", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    const auto done = configure_interface("vpn0", settings);
    REQUIRE(done);
    CHECK(done->has_v6);
    CHECK(addresses_of("vpn0") == both);
    CHECK(link_of("vpn0").mtu == 1380);
    CHECK(link_of("vpn0").is_up);
    for (const auto* peer : {"100.64.0.1", "100.127.255.254", "fd12:3456:789a:bcde::6440:1"})
        CHECK(route_to(peer) == index_of("vpn0"));
    for (const auto* other : {"100.128.0.1", "192.0.2.1", "fd12:3456:789a:bcdf::1", "2001:db8::1"})
        CHECK(route_to(other) != index_of("vpn0"));
}

TEST_CASE("super-packets have no more segments than was asked for", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(configure_interface("vpn0", settings));
    CHECK(link_of("vpn0").max_segments > 40);
    auto fitting = settings;
    fitting.max_segments = 40;
    REQUIRE(configure_interface("vpn0", fitting));
    CHECK(link_of("vpn0").max_segments == 40);
}

TEST_CASE("an interface that was just set up sends nothing and has no link-local address", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(configure_interface("vpn0", settings));
    CHECK(vpn.is_silent());
    CHECK(addresses_of("vpn0").size() == 2);
}

TEST_CASE("setting up again changes nothing", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    for (int i = 0; i < 3; ++i) {
        const auto done = configure_interface("vpn0", settings);
        REQUIRE(done);
        CHECK(done->has_v6);
        CHECK(addresses_of("vpn0") == both);
        CHECK(route_to("100.64.0.1") == index_of("vpn0"));
        CHECK(route_to("fd12:3456:789a:bcde::6440:1") == index_of("vpn0"));
    }
}

TEST_CASE("addresses that are not ours are taken off, also those that ours would be secondary to", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    network_namespace::bring_up("vpn0");
    add_address("vpn0", {address("100.64.0.9"), 10});
    add_address("vpn0", {address("100.64.0.10"), 10});
    add_address("vpn0", {address("10.1.2.3"), 24});
    add_address("vpn0", {address("100.64.0.7"), 32});
    add_address("vpn0", {address("fd00::1"), 64});
    CHECK(addresses_of("vpn0").size() >= 5);
    REQUIRE(configure_interface("vpn0", settings));
    CHECK(addresses_of("vpn0") == both);
    CHECK(route_to("10.1.2.4") != index_of("vpn0"));
    CHECK(route_to("100.64.0.1") == index_of("vpn0"));
}

TEST_CASE("a new address replaces the old one", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(configure_interface("vpn0", settings));
    auto moved = settings;
    moved.mtu = 1300;
    moved.v4 = address("25.0.0.1");
    moved.pool = prefix("25.0.0.0/8");
    moved.v6 = address("fd00:1:2:3::1900:1");
    moved.ula = prefix("fd00:1:2:3::/64");
    REQUIRE(configure_interface("vpn0", moved));
    CHECK(addresses_of("vpn0") == std::vector<std::string>{"25.0.0.1/8", "fd00:1:2:3::1900:1/64"});
    CHECK(link_of("vpn0").mtu == 1300);
    CHECK(route_to("100.64.0.1") != index_of("vpn0"));
    CHECK(route_to("25.9.9.9") == index_of("vpn0"));
}

TEST_CASE("without IPv6 the interface has IPv4, and says so", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    auto wanted = settings;
    SECTION("turned off") {
        turn_off_v6("vpn0");
    }
    SECTION("an MTU that is too small for it") {
        wanted.mtu = 1279;
    }
    for (int i = 0; i < 2; ++i) {
        const auto done = configure_interface("vpn0", wanted);
        REQUIRE(done);
        CHECK_FALSE(done->has_v6);
        CHECK(addresses_of("vpn0") == std::vector<std::string>{"100.64.0.7/10"});
    }
}

TEST_CASE("an interface that is not there, or an MTU that it cannot have, is an error that says which", "[netns]") {
    const network_namespace alone;
    const auto missing = configure_interface("vpn0", settings);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::no_tun);
    CHECK_THAT(missing.error().text, Catch::Contains("vpn0"));
    const tun vpn("vpn0");
    auto wanted = settings;
    wanted.mtu = 1'000'000;
    const auto refused = configure_interface("vpn0", wanted);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("vpn0") && Catch::Contains("1000000"));
}

TEST_CASE("without rights the interface is left alone, and the error names the right", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(::syscall(SYS_setresuid, -1, 65534, -1) == 0);
    const auto refused = configure_interface("vpn0", settings);
    const auto listed = host_addresses("vpn0");
    REQUIRE(::syscall(SYS_setresuid, -1, 0, -1) == 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::permission);
    CHECK_THAT(refused.error().text, Catch::Contains("CAP_NET_ADMIN"));
    CHECK(listed);
    CHECK(addresses_of("vpn0").empty());
}

TEST_CASE("the host's addresses are those at which others may reach it", "[netns]") {
    const network_namespace alone;
    const tun lan("lan0");
    const tun vpn("vpn0");
    const tun down("down0");
    network_namespace::bring_up("lan0");
    REQUIRE(configure_interface("vpn0", settings));
    add_address("down0", {address("203.0.113.1"), 24});
    add_address("lan0", {address("192.168.1.5"), 24});
    add_address("lan0", {address("192.168.1.6"), 24});
    add_address("lan0", {address("169.254.3.4"), 16});
    add_address("lan0", {address("2001:db8::5"), 64});
    add_address("lan0", {address("fd00:9::5"), 64});
    add_address("lan0", {address("2001:db8::dead"), 64}, IFA_F_NODAD, ifa_cacheinfo{0, 1000, 0, 0});
    auto found = host_addresses("vpn0");
    REQUIRE(found);
    std::ranges::sort(*found);
    std::vector<ip_address> expected = {address("192.168.1.5"), address("192.168.1.6"), address("2001:db8::5"),
                                        address("fd00:9::5")};
    std::ranges::sort(expected);
    CHECK(*found == expected);
    CHECK(host_addresses("lan0")->size() == 2);
    CHECK(host_addresses("no such")->size() == 6);
}

TEST_CASE("a machine without a network has no addresses", "[netns]") {
    const network_namespace alone;
    const auto found = host_addresses("vpn0");
    REQUIRE(found);
    CHECK(found->empty());
}

TEST_CASE("a route of another interface into the VPN's addresses is found", "[netns]") {
    const network_namespace alone;
    const tun lan("lan0");
    const tun vpn("vpn0");
    network_namespace::bring_up("lan0");
    REQUIRE(configure_interface("vpn0", settings));
    add_address("lan0", {address("192.168.1.5"), 24});
    REQUIRE(add_route("lan0", prefix("0.0.0.0/0")) == 0);
    REQUIRE(add_route("lan0", prefix("0.0.0.0/1")) == 0);

    const auto is_used = [&](const ip_prefix& what, const char* except = "vpn0") {
        const auto found = find_overlapping_route(what, except);
        REQUIRE(found);
        return *found ? (*found)->interface + " " + to_string((*found)->prefix) : std::string();
    };
    CHECK(is_used(settings.pool) == "");
    CHECK(is_used(settings.pool, "other") == "");
    CHECK(is_used(prefix("192.168.0.0/16"), "other") == "lan0 192.168.1.0/24");
    CHECK(is_used(prefix("192.168.0.0/16")) == "lan0 192.168.1.0/24");
    CHECK(is_used(prefix("192.168.1.128/25")) == "lan0 192.168.1.0/24");
    CHECK(is_used(prefix("192.168.2.0/24")) == "");
    CHECK(is_used(ula) == "");
    REQUIRE(add_route("lan0", prefix("100.100.0.0/16")) == 0);
    CHECK(is_used(settings.pool) == "lan0 100.100.0.0/16");
    REQUIRE(add_route("lan0", prefix("fd12:3456::/32")) == 0);
    CHECK(is_used(ula) == "lan0 fd12:3456::/32");
}

TEST_CASE("a change of the network is noticed, once", "[netns]") {
    const network_namespace alone;
    auto monitor = network_monitor::open();
    REQUIRE(monitor);
    const auto has_news = [&] {
        pollfd polled{monitor->fd(), POLLIN, 0};
        return ::poll(&polled, 1, 0) == 1;
    };
    CHECK_FALSE(monitor->drain());
    const tun lan("lan0");
    CHECK(has_news());
    CHECK(monitor->drain());
    CHECK_FALSE(has_news());
    CHECK_FALSE(monitor->drain());
    network_namespace::bring_up("lan0");
    CHECK(monitor->drain());
    add_address("lan0", {address("192.168.1.5"), 24});
    CHECK(monitor->drain());
    REQUIRE(add_route("lan0", prefix("10.0.0.0/8")) == 0);
    CHECK(monitor->drain());
    CHECK_FALSE(monitor->drain());
}

TEST_CASE("more changes than the kernel keeps are a change as well", "[netns]") {
    const network_namespace alone;
    auto monitor = network_monitor::open();
    REQUIRE(monitor);
    const tun lan("lan0");
    network_namespace::bring_up("lan0");
    for (unsigned i = 0; i < 3000; ++i)
        REQUIRE(add_route("lan0", {ip_address::v4(0x0a000000U + (i << 8U)), 24}) == 0);
    CHECK(monitor->drain());
    CHECK_FALSE(monitor->drain());
    const auto found = find_overlapping_route(prefix("10.11.183.0/24"), "vpn0");
    REQUIRE(found);
    CHECK(*found);
}
