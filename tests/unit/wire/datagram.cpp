#include "buri/wire/datagram.hpp"

#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;
using buri::test::repeated;

namespace {

constexpr spi some_spi{0xabcdef10};
const std::string header = "abcdef10 00000000";
const std::string mac = repeated("99", 16);

struct row {
    std::string name;
    suite_id suite;
    clear_message value;
    std::string hex;  ///< without mac
    bool has_mac;
};

endpoint at(std::string_view text) {
    return parse_endpoint(text).value();
}

std::vector<row> rows() {
    const auto small = repeated("11", 32) + repeated("22", 32);
    const auto large = repeated("11", 128) + repeated("22", 256);
    const bytes n(32, 0x11);
    const bytes g(32, 0x22);
    const bytes classic_n(128, 0x11);
    const bytes classic_g(256, 0x22);
    const probe_nonce nonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const std::string nonce_hex = "0102030405060708090a0b0c";
    const auto v6 = at("[2001:db8::1]:4000");
    const auto v6_hex = "06 0fa0 20010db8000000000000000000000001";
    return {
        {"PROBE", suite_id::aes, probe{nonce}, "31" + nonce_hex, true},
        {"PROBE, classic", suite_id::classic, probe{nonce}, "31" + nonce_hex, true},
        {"PROBE ACK, IPv4", suite_id::aes, probe_ack{nonce, at("192.0.2.1:4000")},
         "32" + nonce_hex + "04 0fa0 c0000201", true},
        {"PROBE ACK, IPv6", suite_id::classic, probe_ack{nonce, v6}, "32" + nonce_hex + v6_hex, true},
        {"KE1", suite_id::aes, ke1{0, n, g}, "41 00" + small, true},
        {"KE2", suite_id::chacha, ke2{1, n, g, from_row("aabb")}, "42 01" + small + "0002 aabb", true},
        {"KE3", suite_id::aes, ke3{3, n, g, from_row("aabb")}, "43 03" + small + "0002 aabb", true},
        {"KE1, classic", suite_id::classic, ke1{2, classic_n, classic_g}, "41 02" + large, false},
        {"KE2, classic", suite_id::classic, ke2{0, classic_n, classic_g, from_row("cc")}, "42 00" + large + "0001 cc",
         false},
        {"KE3, classic", suite_id::classic, ke3{0, classic_n, classic_g, from_row("cc")}, "43 00" + large + "0001 cc",
         false},
    };
}

bool accepts(std::string_view hex, suite_id suite = suite_id::aes) {
    const exact_copy input(from_row(hex));
    return parse_clear_datagram(input.view(), suite).has_value();
}

datagram_kind kind_of(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return classify(input.view());
}

inner_kind inner_of(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return classify_inner(input.view());
}

}  // namespace

TEST_CASE("every clear datagram is written and read as published") {
    for (const auto& [name, suite, value, hex, has_mac] : rows()) {
        INFO(name);
        const auto body = from_row(header + hex);
        CHECK(to_hex(encode_clear_datagram(some_spi, value, suite)) == to_hex(body));
        CHECK(has_punch_mac(value, suite) == has_mac);

        const exact_copy input(from_row(header + hex + (has_mac ? mac : "")));
        const auto parsed = parse_clear_datagram(input.view(), suite);
        REQUIRE(parsed);
        CHECK(parsed->to == some_spi);
        CHECK(parsed->message == value);
        CHECK(to_hex(parsed->authenticated) == (has_mac ? to_hex(body) : ""));
        CHECK(to_hex(parsed->mac) == (has_mac ? mac : ""));
    }
}

TEST_CASE("a clear datagram of another length is refused") {
    for (const auto& row : rows()) {
        INFO(row.name);
        const auto whole = from_row(header + row.hex + (row.has_mac ? mac : ""));
        check_lengths(whole, [&](byte_view datagram) { return parse_clear_datagram(datagram, row.suite).has_value(); });
    }
}

TEST_CASE("a clear datagram with any bit flipped is survived, and what is accepted is written back the same") {
    for (const auto& row : rows()) {
        INFO(row.name);
        test::survive_flips(from_row(header + row.hex + (row.has_mac ? mac : "")), [&](byte_view datagram) {
            const auto parsed = parse_clear_datagram(datagram, row.suite);
            if (!parsed) return;
            auto again = encode_clear_datagram(parsed->to, parsed->message, row.suite);
            append(again, parsed->mac);
            CHECK(to_hex(again) == to_hex(datagram));
        });
    }
}

TEST_CASE("a clear datagram needs a tunnel's SPI with epoch bits zero and the id zero") {
    const auto body = "31" + repeated("01", 12) + mac;
    CHECK(accepts("80000000 00000000" + body));
    CHECK_FALSE(accepts("7ffffffc 00000000" + body));
    CHECK_FALSE(accepts("00000000 00000000" + body));
    CHECK_FALSE(accepts("80000001 00000000" + body));
    CHECK_FALSE(accepts("80000002 00000000" + body));
    CHECK_FALSE(accepts("80000000 00000001" + body));
}

TEST_CASE("the epoch bits of an SPI are cleared in a clear datagram") {
    CHECK(to_hex(encode_clear_datagram({0x80000007}, probe{}, suite_id::aes)).starts_with("8000000400000000"));
}

TEST_CASE("an unknown tag, epoch or address family is refused") {
    const auto small = repeated("11", 32) + repeated("22", 32);
    CHECK_FALSE(accepts(header + "00" + repeated("01", 12) + mac));
    CHECK_FALSE(accepts(header + "30" + repeated("01", 12) + mac));
    CHECK_FALSE(accepts(header + "44 00" + small + mac));
    CHECK_FALSE(accepts(header + "41 04" + small + mac));
    CHECK_FALSE(accepts(header + "41 ff" + small + mac));
    CHECK_FALSE(accepts(header + "32" + repeated("01", 12) + "05 0fa0 c0000201" + mac));
    CHECK_FALSE(accepts(header + "32" + repeated("01", 12) + "00 0fa0 c0000201" + mac));
}

TEST_CASE("an IPv4 address has one encoding only") {
    CHECK_FALSE(accepts(header + "32" + repeated("01", 12) + "06 0fa0 00000000000000000000ffffc0000201" + mac));
}

TEST_CASE("a signature is bounded") {
    const auto small = repeated("11", 32) + repeated("22", 32);
    CHECK(accepts(header + "42 00" + small + "0200" + repeated("aa", 512) + mac));
    CHECK_FALSE(accepts(header + "42 00" + small + "0201" + repeated("aa", 513) + mac));
}

TEST_CASE("KE messages of one suite are not read as those of another") {
    const auto small = header + "41 00" + repeated("11", 64) + mac;
    CHECK(accepts(small, suite_id::aes));
    CHECK_FALSE(accepts(small, suite_id::classic));
}

TEST_CASE("the first two bits tell what a datagram is") {
    CHECK(kind_of("") == datagram_kind::unknown);
    CHECK(kind_of("00") == datagram_kind::stun);
    CHECK(kind_of("3f") == datagram_kind::stun);
    CHECK(kind_of("40") == datagram_kind::relay_control);
    CHECK(kind_of("7f") == datagram_kind::relay_control);
    CHECK(kind_of("80000000 000000") == datagram_kind::unknown);
    CHECK(kind_of("80000000 00000000") == datagram_kind::tunnel_clear);
    CHECK(kind_of("ffffffff 00000000") == datagram_kind::tunnel_clear);
    CHECK(kind_of("80000000 00000001") == datagram_kind::tunnel_sealed);
    CHECK(kind_of("80000003 ffffffff") == datagram_kind::tunnel_sealed);
}

TEST_CASE("a datagram's header is eight bytes") {
    const exact_copy input(from_row("abcdef13 01020304 ff"));
    const auto parsed = parse_datagram_header(input.view());
    REQUIRE(parsed);
    CHECK(parsed->to == spi{0xabcdef13});
    CHECK(parsed->id == 0x01020304);
    std::array<std::uint8_t, datagram_header_size> out{};
    write_datagram_header(*parsed, out);
    CHECK(to_hex(out) == "abcdef1301020304");
    CHECK_FALSE(parse_datagram_header(input.view().first(7)));
}

TEST_CASE("the first byte tells what is inside a sealed datagram") {
    CHECK(inner_of("") == inner_kind::keepalive);
    CHECK(inner_of("45") == inner_kind::ipv4);
    CHECK(inner_of("40") == inner_kind::ipv4);
    CHECK(inner_of("60") == inner_kind::ipv6);
    CHECK(inner_of("6f") == inner_kind::ipv6);
    CHECK(inner_of("e0") == inner_kind::ethernet);
    CHECK(inner_of("f0") == inner_kind::control);
    for (const auto* other : {"00", "30", "50", "70", "e1", "ef", "f1", "ff"}) {
        CAPTURE(other);
        CHECK(inner_of(other) == inner_kind::unknown);
    }
}
