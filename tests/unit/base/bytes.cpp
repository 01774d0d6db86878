#include "buri/base/bytes.hpp"

#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

using namespace buri;

TEST_CASE("hexadecimal is written in lower case and read in both") {
    CHECK(to_hex(bytes{0x00, 0x0f, 0xf0, 0xff}) == "000ff0ff");
    CHECK(from_hex("000fF0fF") == bytes{0x00, 0x0f, 0xf0, 0xff});
    CHECK(from_hex("") == bytes{});
}

TEST_CASE("what is not hexadecimal is refused") {
    for (const auto* text : {"0", "0g", "g0", " 0", "0x", "00 ", "\xff\xff"}) {
        CAPTURE(text);
        CHECK_FALSE(from_hex(text));
    }
}

TEST_CASE("base64 is that of RFC 4648, without padding") {
    const auto rows = {std::pair("", ""),
                       std::pair("f", "Zg"),
                       std::pair("fo", "Zm8"),
                       std::pair("foo", "Zm9v"),
                       std::pair("foob", "Zm9vYg"),
                       std::pair("fooba", "Zm9vYmE"),
                       std::pair("foobar", "Zm9vYmFy")};
    for (const auto& [plain, encoded] : rows) {
        CAPTURE(plain);
        CHECK(to_base64(as_bytes(plain)) == encoded);
        const auto decoded = from_base64(encoded);
        REQUIRE(decoded);
        CHECK(to_string(*decoded) == plain);
    }
    CHECK(to_base64(bytes{0xfb, 0xff}) == "+/8");
}

TEST_CASE("padded base64 is read too") {
    CHECK(from_base64("Zg==") == from_base64("Zg"));
    CHECK(from_base64("Zm8=") == from_base64("Zm8"));
}

TEST_CASE("what is not base64 is refused") {
    for (const auto* text :
         {"Z", "Zm9vY", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Z g", "Zm9v\n", "-_8", "Zh", "Zm9"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
}

TEST_CASE("any bytes survive hexadecimal and base64") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        test::seeded_random random(seed);
        bytes raw(random.below(100));
        random.fill(raw);
        CHECK(from_hex(to_hex(raw)) == raw);
        CHECK(from_base64(to_base64(raw)) == raw);
    }
}
