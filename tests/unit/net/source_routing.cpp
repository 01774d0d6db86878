#include "buri/net/source_routing.hpp"

#include "buri/net/netlink_address.hpp"
#include "buri/net/netlink_route.hpp"
#include "tests/unit/net/network.hpp"

#include <linux/fib_rules.h>

#include <algorithm>
#include <fstream>

using namespace buri;
using namespace buri::net;
using namespace buri::test;

namespace {

const std::string peer = "100.64.0.1";
const std::string peer6 = "fd12:3456:789a:bcde::6440:1";

/// The second node on the machine, in the same pool.
interface_settings second() {
    auto out = settings;
    out.v4 = address("100.64.0.8");
    out.v6 = address("fd12:3456:789a:bcde::6440:8");
    return out;
}

std::string rule_text(const std::string& from, std::uint32_t table, std::uint32_t priority = source_rule_priority) {
    return std::to_string(priority) + ": from " + from + " lookup " + std::to_string(table);
}

/// What the kernel has besides its own three.
std::vector<std::string> rules() {
    auto socket = netlink_socket::open().value();
    std::vector<std::string> out;
    netlink_request request(RTM_GETRULE, request_dump, fib_rule_hdr{});
    REQUIRE(socket.dump(request, [&](const netlink_message& message) {
        const auto fixed = fixed_part<fib_rule_hdr>(message.body);
        if (!fixed) return;
        const auto from = read_address(find_attribute(message.body, sizeof *fixed, FRA_SRC));
        if (!from) return;
        out.push_back(rule_text(to_string(*from),
                                number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, FRA_TABLE)),
                                number_in<std::uint32_t>(find_attribute(message.body, sizeof *fixed, FRA_PRIORITY))));
    }) == 0);
    std::ranges::sort(out);
    return out;
}

void add_rule(const std::string& from, std::uint32_t table, std::uint32_t priority = source_rule_priority) {
    auto socket = netlink_socket::open().value();
    const auto source = address(from);
    fib_rule_hdr fixed{};
    fixed.family = family_of(source);
    fixed.src_len = source.is_v4() ? 32 : 128;
    fixed.action = FR_ACT_TO_TBL;
    netlink_request request(RTM_NEWRULE, request_ack | NLM_F_CREATE | NLM_F_EXCL, fixed);
    request.attribute(FRA_SRC, source.network_bytes()).number(FRA_TABLE, table).number(FRA_PRIORITY, priority);
    REQUIRE(socket.ask(request) == 0);
}

std::vector<std::string> routes_in(std::uint32_t table) {
    auto socket = netlink_socket::open().value();
    std::vector<std::string> out;
    REQUIRE(list_routes(socket, AF_UNSPEC, [&](const route& each) {
                if (each.table == table) out.push_back(to_string(each.prefix) + " " + std::to_string(each.interface));
            }) == 0);
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> rules_of(const std::string& name, const interface_settings& what) {
    const auto table = source_table_of(index_of(name));
    return {rule_text(to_string(what.v4), table), rule_text(to_string(what.v6), table)};
}

std::vector<std::string> routes_of(const std::string& name, const interface_settings& what) {
    const auto via = " " + std::to_string(index_of(name));
    return {to_string(what.pool) + via, to_string(what.ula) + via};
}

/// Makes an interface that stays without a program that holds it, or lets it go.
void make_persistent(const std::string& name, bool stay) {
    const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    const bool done = ::ioctl(fd, TUNSETIFF, &request) == 0 && ::ioctl(fd, TUNSETPERSIST, stay ? 1 : 0) == 0;
    ::close(fd);
    REQUIRE(done);
}

}  // namespace

TEST_CASE("the table of an interface is named after its index, and known as ours") {
    CHECK(source_table_of(4) == 1297500004);
    CHECK(source_table_of(99999) == 1297599999);
    CHECK(source_table_of(100004) == 1297500004);
    CHECK(source_table_of(0xffffffff) == 1297567295);
    for (const auto ours : {1297500000U, 1297500004U, 1297599999U})
        CHECK(is_source_table(ours));
    for (const auto other : {0U, 52U, 253U, 254U, 255U, 51820U, 1297499999U, 1297600000U, 0xffffffffU})
        CHECK_FALSE(is_source_table(other));
}

TEST_CASE("of two nodes on one machine each answers through its own interface", "[netns]") {
    const network_namespace alone;
    const tun one("vpn1");
    const tun two("vpn2");
    REQUIRE(configure_interface("vpn1", settings)->has_source_rules);
    REQUIRE(configure_interface("vpn2", second())->has_source_rules);
    CHECK(route_to(peer, "100.64.0.7") == index_of("vpn1"));
    CHECK(route_to(peer, "100.64.0.8") == index_of("vpn2"));
    CHECK(route_to(peer6, "fd12:3456:789a:bcde::6440:7") == index_of("vpn1"));
    CHECK(route_to(peer6, "fd12:3456:789a:bcde::6440:8") == index_of("vpn2"));
    CHECK(route_to(peer) == index_of("vpn1"));
    CHECK(route_to("100.64.0.8", "100.64.0.7") == index_of("lo"));
    CHECK(route_to("192.0.2.1", "100.64.0.8") == 0);
}

TEST_CASE("rules and routes of an interface are one set, however often it is set up", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    for (int i = 0; i < 3; ++i) {
        const auto done = configure_interface("vpn0", settings);
        REQUIRE(done);
        CHECK(done->index == index_of("vpn0"));
        CHECK(rules() == rules_of("vpn0", settings));
        CHECK(routes_in(source_table_of(index_of("vpn0"))) == routes_of("vpn0", settings));
    }
}

TEST_CASE("setting up again does not wake those who watch routes", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(configure_interface("vpn0", settings));
    auto socket = netlink_socket::open().value();
    auto monitor = network_monitor::open().value();
    const std::vector<source_route> wanted{{settings.v4, settings.pool}, {settings.v6, settings.ula}};
    REQUIRE(set_source_routes(socket, index_of("vpn0"), wanted) == 0);
    CHECK_FALSE(monitor.drain());
}

TEST_CASE("a new address takes its rules along", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    REQUIRE(configure_interface("vpn0", settings));
    auto moved = settings;
    moved.v4 = address("25.0.0.1");
    moved.pool = prefix("25.0.0.0/8");
    moved.v6 = address("fd00:1:2:3::1900:1");
    moved.ula = prefix("fd00:1:2:3::/64");
    REQUIRE(configure_interface("vpn0", moved));
    CHECK(rules() == rules_of("vpn0", moved));
    CHECK(routes_in(source_table_of(index_of("vpn0"))) == routes_of("vpn0", moved));
}

TEST_CASE("without IPv6 there are rules for IPv4, and those for IPv6 go", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    SECTION("from the start") {}
    SECTION("turned off later") {
        REQUIRE(configure_interface("vpn0", settings));
    }
    std::ofstream("/proc/sys/net/ipv6/conf/vpn0/disable_ipv6") << 1;
    const auto done = configure_interface("vpn0", settings);
    REQUIRE(done);
    CHECK(done->has_source_rules);
    CHECK(rules() == std::vector{rule_text("100.64.0.7", source_table_of(index_of("vpn0")))});
    CHECK(routes_in(source_table_of(index_of("vpn0"))).size() == 1);
}

TEST_CASE("rules that a killed node left behind go when a node starts", "[netns]") {
    const network_namespace alone;
    const tun other("vpn1");
    REQUIRE(configure_interface("vpn1", second()));
    std::uint32_t old_table = 0;
    {
        const tun killed("vpn0");
        REQUIRE(configure_interface("vpn0", settings));
        old_table = source_table_of(index_of("vpn0"));
    }
    REQUIRE(rules().size() == 4);
    REQUIRE(routes_in(old_table).empty());
    const tun again("vpn0");
    REQUIRE(source_table_of(index_of("vpn0")) != old_table);
    REQUIRE(configure_interface("vpn0", settings));
    auto expected = rules_of("vpn0", settings);
    std::ranges::copy(rules_of("vpn1", second()), std::back_inserter(expected));
    std::ranges::sort(expected);
    CHECK(rules() == expected);
    CHECK(route_to(peer, "100.64.0.7") == index_of("vpn0"));
}

TEST_CASE("rules and routes that are left in the interface's own table go", "[netns]") {
    const network_namespace alone;
    make_persistent("vpn0", true);
    network_namespace::bring_up("vpn0");
    const auto table = source_table_of(index_of("vpn0"));
    add_rule("100.64.0.99", table);
    add_rule("fd12:3456:789a:bcde::6440:99", table);
    REQUIRE(add_route("vpn0", prefix("25.0.0.0/8"), table) == 0);
    REQUIRE(add_route("vpn0", prefix("fd00:1:2:3::/64"), table) == 0);
    REQUIRE(configure_interface("vpn0", settings));
    CHECK(rules() == rules_of("vpn0", settings));
    CHECK(routes_in(table) == routes_of("vpn0", settings));
    make_persistent("vpn0", false);
}

TEST_CASE("an orderly stop takes the node's rules, and no others", "[netns]") {
    const network_namespace alone;
    const tun other("vpn1");
    REQUIRE(configure_interface("vpn1", second()));
    std::optional<tun> vpn;
    vpn.emplace("vpn0");
    const auto done = configure_interface("vpn0", settings);
    REQUIRE(done);
    SECTION("before the interface goes") {
        REQUIRE(remove_interface_rules(done->index));
        CHECK(rules() == rules_of("vpn1", second()));
        vpn.reset();
    }
    SECTION("after it went") {
        vpn.reset();
        REQUIRE(remove_interface_rules(done->index));
    }
    CHECK(rules() == rules_of("vpn1", second()));
    REQUIRE(remove_interface_rules(done->index));
    CHECK(rules() == rules_of("vpn1", second()));
}

TEST_CASE("other programs' rules stay, whatever they look like", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    add_rule("100.64.0.7", 52);
    add_rule("100.64.0.7", 52, 5270);
    add_rule("100.64.0.7", source_table_of(index_of("vpn0")), 100);
    add_rule("100.64.0.50", source_table_of(99999), 100);
    const auto before = rules();
    REQUIRE(before.size() == 4);
    const auto done = configure_interface("vpn0", settings);
    REQUIRE(done);
    CHECK(rules().size() == 6);
    REQUIRE(remove_interface_rules(done->index));
    CHECK(rules() == before);
}

TEST_CASE("without rights the rules stay, and the error says so", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    const auto done = configure_interface("vpn0", settings);
    REQUIRE(done);
    REQUIRE(::seteuid(65534) == 0);
    const auto refused = remove_interface_rules(done->index);
    REQUIRE(::seteuid(0) == 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::permission);
    CHECK(rules() == rules_of("vpn0", settings));
}

TEST_CASE("another node's interface is no competitor for the pool, another product's is", "[netns]") {
    const network_namespace alone;
    const tun one("vpn1");
    const tun two("vpn2");
    const tun tail("tail0");
    network_namespace::bring_up("tail0");
    REQUIRE(configure_interface("vpn1", settings));
    for (const auto& range : {settings.pool, settings.ula})
        CHECK_FALSE(*find_overlapping_route(range, "vpn2"));
    REQUIRE(add_route("tail0", prefix("100.100.0.0/16"), 52) == 0);
    const auto found = find_overlapping_route(settings.pool, "vpn2").value();
    REQUIRE(found);
    CHECK(found->interface == "tail0");
    CHECK(to_string(found->prefix) == "100.100.0.0/16");
    CHECK_FALSE(*find_overlapping_route(settings.ula, "vpn2"));
}

TEST_CASE("an interface with a route in another's table is not a node's", "[netns]") {
    const network_namespace alone;
    const tun vpn("vpn0");
    const tun lan("lan0");
    network_namespace::bring_up("lan0");
    REQUIRE(configure_interface("vpn0", settings));
    REQUIRE(add_route("lan0", prefix("100.70.0.0/16"), source_table_of(index_of("vpn0"))) == 0);
    const auto found = find_overlapping_route(settings.pool, "vpn0").value();
    REQUIRE(found);
    CHECK(found->interface == "lan0");
}
