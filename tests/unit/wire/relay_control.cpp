#include "buri/wire/relay_control.hpp"

#include "buri/wire/datagram.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;
using buri::test::repeated;
using buri::test::survive_flips;

namespace {

const std::string claims_hex = "01 00000007 64400001 80000104 00000100 000000006b49d200";
const relay_token claims{.relay = 7, .node = {0x64400001}, .in = {0x80000104}, .kbit = 256, .expires = 1'800'000'000};

struct row {
    const char* name;
    relay_message value;
    std::string hex;
};

std::vector<row> rows() {
    return {
        {"BIND", relay_bind{{1, 2, 3, 4, 5, 6, 7, 8}, {0xaa, 0xbb}}, "42555249 01 0102030405060708 0002 aabb"},
        {"BIND with the largest token", relay_bind{{}, bytes(relay_token_size, 7)},
         "42555249 01 0000000000000000 0059" + repeated("07", 89)},
        {"BIND OK", relay_bind_ok{{0x80000104}, 60}, "42555249 02 80000104 003c"},
        {"BIND ERR", relay_bind_err{{0x80000104}, 99}, "42555249 03 80000104 0063"},
        {"PING", relay_ping{{1, 2, 3, 4, 5, 6, 7, 8}}, "42555249 04 0102030405060708" + repeated("00", 12)},
        {"PONG", relay_pong{{1, 2, 3, 4, 5, 6, 7, 8}, {9, 8, 7, 6, 5, 4, 3, 2}, 513},
         "42555249 05 0102030405060708 0908070605040302 00000201"},
    };
}

bool is_message(byte_view datagram) {
    return parse_relay_message(datagram).has_value();
}

}  // namespace

TEST_CASE("relay control is written and read as the protocol's rows") {
    for (const auto& [name, value, hex] : rows()) {
        INFO(name);
        const exact_copy input(from_row(hex));
        CHECK(to_hex(encode(value)) == to_hex(input.view()));
        CHECK(parse_relay_message(input.view()) == value);
        CHECK(classify(input.view()) == datagram_kind::relay_control);
        check_lengths(from_row(hex), is_message);
        survive_flips(from_row(hex), is_message);
    }
}

TEST_CASE("PING is as long as PONG, and BIND longer than its answers") {
    CHECK(encode(relay_ping{}).size() == encode(relay_pong{}).size());
    CHECK(encode(relay_bind{}).size() >= encode(relay_bind_ok{}).size());
    CHECK(encode(relay_bind{}).size() >= encode(relay_bind_err{}).size());
}

TEST_CASE("what is no relay control is refused") {
    for (const auto* const hex : {"42555248 02 80000104 003c",                                 // another magic number
                                  "42555249 00 80000104 003c",                                 // unknown tags
                                  "42555249 06 80000104 003c",                                 //
                                  "42555249 04 0102030405060708 000000000000000000000001"}) {  // PING without its zeros
        INFO(hex);
        CHECK_FALSE(is_message(from_row(hex)));
    }
    CHECK_FALSE(is_message(from_row("42555249 01 0000000000000000 005a" + repeated("07", 90))));
}

TEST_CASE("a relay token is written and read as the protocol's row") {
    const auto hex = claims_hex + repeated("5a", relay_signature_size);
    const auto raw = from_row(hex);
    CHECK(raw.size() == relay_token_size);
    CHECK(to_hex(with_signature(claims, bytes(relay_signature_size, 0x5a))) == to_hex(raw));
    const exact_copy input(raw);
    const auto parsed = parse_relay_token(input.view());
    REQUIRE(parsed);
    CHECK(parsed->claims == claims);
    CHECK(to_hex(parsed->signature) == repeated("5a", relay_signature_size));
    CHECK(to_hex(parsed->signed_bytes) == to_hex(as_bytes("buri relay token")) + to_hex(from_row(claims_hex)));
    CHECK(parsed->signed_bytes == signed_part(claims));
    check_lengths(raw, [](byte_view token) { return parse_relay_token(token).has_value(); });
}

TEST_CASE("a token of another version is none") {
    auto raw = from_row(claims_hex + repeated("5a", relay_signature_size));
    for (const unsigned version : {0U, 2U, 255U}) {
        raw[0] = static_cast<std::uint8_t>(version);
        CHECK_FALSE(parse_relay_token(raw));
    }
}
