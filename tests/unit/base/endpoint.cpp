#include "buri/base/endpoint.hpp"

#include <catch2/catch.hpp>

using namespace buri;

namespace {

ip_address address(std::string_view text) {
    return ip_address::parse(text).value();
}

ip_prefix prefix(std::string_view text) {
    return parse_ip_prefix(text).value();
}

}  // namespace

TEST_CASE("addresses are shown as they are written") {
    for (const auto* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1"}) {
        CHECK(to_string(address(text)) == text);
    }
    CHECK(to_string(ip_address{}) == "0.0.0.0");
}

TEST_CASE("an IPv4 address written as IPv6 is the same address") {
    CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
    CHECK(address("::ffff:192.0.2.1").is_v4());
    CHECK(ip_address::v6(address("192.0.2.1").v6_bytes()) == address("192.0.2.1"));
    CHECK(std::hash<ip_address>{}(address("::ffff:192.0.2.1")) == std::hash<ip_address>{}(address("192.0.2.1")));
    CHECK_FALSE(address("::192.0.2.1").is_v4());
}

TEST_CASE("what is not an address is refused") {
    for (const auto* text :
         {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "localhost", "::1%lo", ":::", "1.2.3.4 ", "[::1]", "12345::1"}) {
        CAPTURE(text);
        CHECK_FALSE(ip_address::parse(text));
    }
    CHECK_FALSE(ip_address::parse(std::string_view("1.2.3.4\0junk", 12)));
    CHECK_FALSE(ip_address::parse(std::string_view("::1\0", 4)));
}

TEST_CASE("kinds of addresses are told apart") {
    CHECK(address("0.0.0.0").is_unspecified());
    CHECK(address("::").is_unspecified());
    CHECK(address("127.1.2.3").is_loopback());
    CHECK(address("::1").is_loopback());
    CHECK_FALSE(address("::2").is_loopback());
    CHECK(address("224.0.0.1").is_multicast());
    CHECK(address("239.255.255.255").is_multicast());
    CHECK(address("255.255.255.255").is_multicast());
    CHECK_FALSE(address("240.0.0.1").is_multicast());
    CHECK(address("ff02::1").is_multicast());
    CHECK(address("169.254.1.1").is_link_local());
    CHECK(address("fe80::1").is_link_local());
    CHECK(address("febf::1").is_link_local());
    CHECK_FALSE(address("fec0::1").is_link_local());
}

TEST_CASE("endpoints are written with their port, IPv6 in brackets") {
    for (const auto* text : {"192.0.2.1:4000", "[2001:db8::1]:4000", "0.0.0.0:0", "[::]:65535"}) {
        const auto parsed = parse_endpoint(text);
        REQUIRE(parsed);
        CHECK(to_string(*parsed) == text);
    }
}

TEST_CASE("what is not an endpoint is refused") {
    for (const auto* text :
         {"",           ":",          ":80",        "1.2.3.4",      "1.2.3.4:", "1.2.3.4:65536",  "1.2.3.4:-1",
          "1.2.3.4:+1", "1.2.3.4: 1", "1.2.3.4:1 ", "[1.2.3.4]:80", "::1:80",   "2001:db8::1:80", "[::1]",
          "[::1]80",    "[]:80",      "[::1:80",    "::1]:80",      "host:80",  "1.2.3.4:80:80",  "1.2.3.4:0x50"}) {
        CAPTURE(text);
        const auto parsed = parse_endpoint(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::usage);
    }
    CHECK_FALSE(parse_endpoint(std::string_view("1.2.3.4\0:80", 11)));
    CHECK_FALSE(parse_endpoint(std::string(1'000'000, ':')));
}

TEST_CASE("an endpoint without a port is none") {
    CHECK_FALSE(static_cast<bool>(endpoint{address("192.0.2.1"), 0}));
    CHECK(static_cast<bool>(endpoint{address("0.0.0.0"), 1}));
}

TEST_CASE("a range holds its addresses and no others") {
    const auto pool = prefix("100.64.0.0/10");
    CHECK(pool.contains(address("100.64.0.0")));
    CHECK(pool.contains(address("100.127.255.255")));
    CHECK_FALSE(pool.contains(address("100.128.0.0")));
    CHECK_FALSE(pool.contains(address("100.63.255.255")));
    CHECK_FALSE(pool.contains(address("fd00::1")));
    CHECK(prefix("0.0.0.0/0").contains(address("255.1.2.3")));
    CHECK_FALSE(prefix("0.0.0.0/0").contains(address("::1")));
    CHECK(prefix("192.0.2.1/32").contains(address("192.0.2.1")));
    CHECK_FALSE(prefix("192.0.2.1/32").contains(address("192.0.2.2")));
    CHECK(prefix("fd00:1:2:3::/64").contains(address("fd00:1:2:3::99")));
    CHECK_FALSE(prefix("fd00:1:2:3::/64").contains(address("fd00:1:2:4::99")));
}

TEST_CASE("a range is shown as it is written") {
    for (const auto* text : {"100.64.0.0/10", "0.0.0.0/0", "192.0.2.1/32", "fd00:1:2:3::/64", "::/0", "::1/128"}) {
        CHECK(to_string(prefix(text)) == text);
    }
}

TEST_CASE("what is not a range is refused") {
    for (const auto* text :
         {"", "/", "/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.1/8",
          "10.0.0.0/a", "fd00::/129", "fd00::1/64", "10.128.0.0/8", "10.0.0.0/4294967304"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ip_prefix(text));
    }
}

TEST_CASE("a node's addresses follow from its identity") {
    CHECK(to_string(address_of({0x64400001})) == "100.64.0.1");
    CHECK(to_string(ula_of(prefix("fd00:1:2:3::/64"), {0x64400001})) == "fd00:1:2:3::6440:1");
}
