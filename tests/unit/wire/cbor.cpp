#include "buri/wire/cbor.hpp"

#include "buri/wire/json.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;
using buri::test::repeated;

namespace {

std::optional<json> parsed(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return parse_cbor_map(input.view());
}

/// A map whose only value is this item.
std::optional<json> with_value(std::string_view hex) {
    return parsed("a1 6161" + std::string(hex));
}

/// `depth` containers in all, the map at the top included.
std::string nested(std::size_t depth) {
    return "a1 6161" + repeated("81", depth - 2) + "80";
}

}  // namespace

TEST_CASE("a map of what messages hold is read") {
    const auto map = parsed("a6 6161 01 6162 20 6163 42aabb 6164 6178 6165 82f5f4 6166 a1 6167 f6");
    REQUIRE(map);
    CHECK(map->at("a") == 1);
    CHECK(map->at("b") == -1);
    CHECK(to_hex(map->at("c").get_binary()) == "aabb");
    CHECK(map->at("d") == "x");
    CHECK(map->at("e") == json::array({true, false}));
    CHECK(map->at("f").at("g").is_null());
    CHECK(encode_cbor(*map) == from_row("a6 6161 01 6162 20 6163 42aabb 6164 6178 6165 82f5f4 6166 a1 6167 f6"));
}

TEST_CASE("a map is read at its own length only") {
    check_lengths(from_row("a3 6161 1901f4 6162 83010203 6163 a1 6178 63616263"),
                  [](byte_view in) { return parse_cbor_map(in).has_value(); });
    CHECK(parsed("a0"));
}

TEST_CASE("numbers of every size are read") {
    CHECK(with_value("17")->at("a") == 23);
    CHECK(with_value("1818")->at("a") == 24);
    CHECK(with_value("19ffff")->at("a") == 65535);
    CHECK(with_value("1affffffff")->at("a") == 4294967295U);
    CHECK(with_value("1bffffffffffffffff")->at("a") == 18446744073709551615U);
    CHECK(with_value("3b7fffffffffffffff")->at("a") == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("a number below what 64 bits hold is refused") {
    CHECK_FALSE(with_value("3b8000000000000000"));
    CHECK_FALSE(with_value("3bffffffffffffffff"));
}

TEST_CASE("only a map is accepted") {
    for (const auto* other : {"", "00", "20", "40", "60", "80", "f6", "8101", "c0a0", "d9d9f7a0"}) {
        CAPTURE(other);
        CHECK_FALSE(parsed(other));
    }
}

TEST_CASE("nesting past the limit is refused") {
    CHECK(parsed(nested(max_cbor_depth)));
    CHECK_FALSE(parsed(nested(max_cbor_depth + 1)));
}

TEST_CASE("a megabyte of nesting does not exhaust the stack") {
    constexpr std::size_t megabyte = std::size_t{1} << 20U;
    for (const std::uint8_t opener : from_row("81 9f bf c1 d8")) {
        CAPTURE(opener);
        auto bomb = from_row("a1 6161");
        bomb.resize(megabyte, opener);
        CHECK_FALSE(parse_cbor_map(bomb));
    }
    bytes maps;
    while (maps.size() < megabyte)
        append(maps, from_row("a1 6161"));
    CHECK_FALSE(parse_cbor_map(maps));
}

TEST_CASE("a declared length that the bytes do not bear is refused before memory is taken") {
    for (const auto* lie :
         {"5affffffff", "5bffffffffffffffff", "7affffffff", "7bffffffffffffffff", "9affffffff", "9bffffffffffffffff",
          "baffffffff", "bbffffffffffffffff", "bb8000000000000000", "9b8000000000000001", "5800ff"}) {
        CAPTURE(lie);
        CHECK_FALSE(with_value(lie));
        CHECK_FALSE(parsed(lie));
    }
}

TEST_CASE("more items than the limit are refused") {
    const auto list_of = [](std::uint32_t count) {
        auto out = from_row("a1 6161 9a");
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            out.push_back(static_cast<std::uint8_t>(count >> shift));
        out.resize(out.size() + count, 0x00);
        return out;
    };
    // The key and the list are items too.
    CHECK(parse_cbor_map(list_of(max_cbor_items - 2)));
    CHECK_FALSE(parse_cbor_map(list_of(max_cbor_items - 1)));
}

TEST_CASE("duplicate keys are refused, on every level, and only there") {
    CHECK_FALSE(parsed("a2 6161 01 6161 02"));
    CHECK_FALSE(parsed("a3 6161 01 6162 02 6161 03"));
    CHECK_FALSE(parsed("a2 6161 01 7801 61 02"));
    CHECK_FALSE(parsed("a1 6161 a2 6162 01 6162 02"));
    CHECK_FALSE(parsed("a1 6161 81 a2 6162 01 6162 02"));
    CHECK_FALSE(parsed("a2 60 01 60 02"));
    CHECK(parsed("a1 6161 a1 6161 01"));
    CHECK(parsed("a2 6161 a1 6162 01 6162 02"));
    CHECK(parsed("a1 6161 82 a1 6162 01 a1 6162 01"));
}

TEST_CASE("keys that are not text are refused") {
    for (const auto* key : {"00", "20", "4161", "80", "a0", "f5", "f6", "c06161"}) {
        CAPTURE(key);
        CHECK_FALSE(parsed("a1" + std::string(key) + "01"));
    }
}

TEST_CASE("text that is not UTF-8 is refused, as value and as key") {
    CHECK_FALSE(with_value("61ff"));
    CHECK_FALSE(with_value("62c328"));
    CHECK_FALSE(with_value("63eda080"));
    CHECK_FALSE(parsed("a1 61ff 01"));
    CHECK(with_value("62c3a8"));
    CHECK(with_value("6100"));
}

TEST_CASE("what no message has is refused") {
    const auto what = GENERATE(
        std::pair("half-precision NaN", "f97e00"), std::pair("NaN", "fa7fc00000"),
        std::pair("double NaN", "fb7ff8000000000000"), std::pair("infinity", "f97c00"), std::pair("1.0", "f93c00"),
        std::pair("undefined", "f7"), std::pair("simple value", "e0"), std::pair("two-byte simple value", "f8ff"),
        std::pair("long false", "f814"), std::pair("tag", "c000"), std::pair("bignum", "c24101"),
        std::pair("long tag", "d81800"), std::pair("indefinite bytes", "5f4101ff"),
        std::pair("indefinite text", "7f6161ff"), std::pair("indefinite list", "9f01ff"),
        std::pair("indefinite map", "bf616101ff"), std::pair("break", "ff"), std::pair("reserved 28", "1c"),
        std::pair("reserved 29", "1d"), std::pair("reserved 30", "1e"), std::pair("reserved length", "5c"));
    INFO(what.first);
    CHECK_FALSE(with_value(what.second));
    CHECK_FALSE(parsed(what.second));
}

TEST_CASE("an indefinite map is refused") {
    CHECK_FALSE(parsed("bf 6161 01 ff"));
    CHECK_FALSE(parsed("bf ff"));
}

TEST_CASE("a map with any bit flipped is survived, and what is accepted can be written again") {
    test::survive_flips(from_row("a3 6161 1901f4 6162 83012003 6163 a1 6178 63616263"), [](byte_view input) {
        const auto map = parse_cbor_map(input);
        if (map) CHECK(parse_cbor_map(encode_cbor(*map)) == map);
    });
}
