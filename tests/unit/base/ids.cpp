#include "buri/base/ids.hpp"

#include <catch2/catch.hpp>

using namespace buri;

TEST_CASE("a node's identity is shown as its address") {
    CHECK(to_string(node_id{0x64400001}) == "100.64.0.1");
    CHECK(to_string(node_id{}) == "0.0.0.0");
    CHECK(to_string(node_id{0xffffffff}) == "255.255.255.255");
    CHECK(parse_node_id("100.64.0.1") == node_id{0x64400001});
    CHECK(parse_node_id("255.255.255.255") == node_id{0xffffffff});
}

TEST_CASE("what is not an identity is refused") {
    for (const auto* text :
         {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", ".1.2.3", "1..2.3",
          " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "a.b.c.d", "0x1.2.3.4", "1,2,3,4", "::1"}) {
        CAPTURE(text);
        const auto parsed = parse_node_id(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::usage);
    }
    CHECK_FALSE(parse_node_id(std::string_view("1.2.3.4\0", 8)));
}

TEST_CASE("an SPI's lowest two bits are its epoch") {
    constexpr spi value{0x80000007};
    CHECK(value.base() == spi{0x80000004});
    CHECK(value.epoch() == 3);
    CHECK(value.with_epoch(0) == spi{0x80000004});
    CHECK(value.with_epoch(2) == spi{0x80000006});
    CHECK(value.with_epoch(4) == spi{0x80000004});
    CHECK(to_string(value) == "80000007");
}

TEST_CASE("a network's name is 4 to 64 of the allowed characters") {
    CHECK(network_name::parse("home"));
    CHECK(network_name::parse("-_.-"));
    CHECK(network_name::parse(std::string(64, 'Z')));
    for (const auto& text :
         {std::string(), std::string("abc"), std::string(65, 'a'), std::string("a b c"), std::string("caff\xc3\xa8"),
          std::string("home/"), std::string("home\n"), std::string("home\0", 5), std::string("../../x")}) {
        CAPTURE(text);
        const auto parsed = network_name::parse(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::name_invalid);
    }
}

TEST_CASE("the error about a name does not repeat all of a long one") {
    CHECK(network_name::parse(std::string(100'000, 'a')).error().text.size() < 400);
}

TEST_CASE("network names are compared without case and kept as written") {
    const auto one = network_name::parse("Home.Net").value();
    const auto other = network_name::parse("hOME.nET").value();
    CHECK(one == other);
    CHECK(std::hash<network_name>{}(one) == std::hash<network_name>{}(other));
    CHECK_FALSE(one < other);
    CHECK(one.text() == "Home.Net");
    CHECK(one.key() == "home.net");
    CHECK(one < network_name::parse("work").value());
}

TEST_CASE("a nickname is a DNS label") {
    for (const auto* good : {"a", "ada", "A-1", "0"})
        CHECK(parse_nickname(good) == std::string(good));
    CHECK(parse_nickname(std::string(63, 'n')));
    for (const auto& bad : {std::string(), std::string(64, 'n'), std::string("-a"), std::string("a-"), std::string("-"),
                            std::string("a.b"), std::string("a_b"), std::string("a b"), std::string("\xc3\xa0"),
                            std::string("a\n"), std::string("a\0b", 3), std::string("\x1b[31m")}) {
        CAPTURE(bad);
        const auto parsed = parse_nickname(bad);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::nickname_invalid);
    }
}

TEST_CASE("a nickname can be made from anything") {
    CHECK(nickname_from("Ada's PC") == "ada-s-pc");
    CHECK(nickname_from("host.example.org") == "host-example-org");
    CHECK(nickname_from("--x--") == "x");
    for (const auto& text : {std::string(), std::string("---"), std::string("\xff\xff"), std::string(500, 'x'),
                             std::string(62, 'x') + "..", std::string(63, '-') + "x", std::string("a\nb\x1b[0m")}) {
        CAPTURE(text);
        CHECK(parse_nickname(nickname_from(text)));
    }
    CHECK(nickname_from("") == "node");
}
