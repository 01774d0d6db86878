#include "buri/wire/handshake_messages.hpp"

#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;
using buri::test::repeated;

namespace {

struct row {
    std::string name;
    suite_id suite;
    control_message value;
    std::string hex;
    std::string unsigned_hex;  ///< empty: as hex
};

bytes filled(std::size_t size, std::uint8_t value) {
    return bytes(size, value);
}

std::vector<row> rows() {
    const auto small = repeated("11", 32) + repeated("22", 32);
    const auto large = repeated("11", 128) + repeated("22", 256);
    return {
        {"HELO aes", suite_id::aes, helo{suite_id::aes, filled(32, 0xfa), filled(32, 0x11), filled(32, 0x22)},
         "01 01 02 0020" + repeated("fa", 32) + small, ""},
        {"HELO chacha", suite_id::chacha, helo{suite_id::chacha, filled(32, 0xfa), filled(32, 0x11), filled(32, 0x22)},
         "01 01 03 0020" + repeated("fa", 32) + small, ""},
        {"HELO classic", suite_id::classic,
         helo{suite_id::classic, filled(20, 0xfa), filled(128, 0x11), filled(256, 0x22)},
         "01 01 01 0014" + repeated("fa", 20) + large, ""},
        {"HELO OK aes", suite_id::aes,
         helo_ok{filled(32, 0x11), filled(32, 0x22), from_row("aabb"), from_row("ccddee")},
         "02" + small + "0002 aabb 0003 ccddee", "02" + small + "0002 aabb"},
        {"HELO OK classic", suite_id::classic, helo_ok{filled(128, 0x11), filled(256, 0x22), {}, {}}, "02" + large, ""},
        {"HELO ERR", suite_id::aes, helo_err{36, "2,3"}, "03 0024 0003 322c33", ""},
        {"KEY? for a fingerprint", suite_id::aes, key_request{filled(32, 0xfa)}, "04 0020" + repeated("fa", 32), ""},
        {"KEY? for a classic fingerprint", suite_id::aes, key_request{filled(20, 0xfa)}, "04 0014" + repeated("fa", 20),
         ""},
        {"KEY? for any key", suite_id::aes, key_request{}, "04 0000", ""},
        {"KEY", suite_id::aes, key_reply{from_row("aabbcc")}, "05 0003 aabbcc", ""},
        {"REGISTER", suite_id::aes, register_account{from_row("aabb"), "ada"}, "10 0002 aabb 0003 616461", ""},
        {"REGISTER OK", suite_id::aes, register_ok{{0x64400001}}, "11 64400001", ""},
        {"AUTH", suite_id::aes, auth{{0x64400001}, from_row("0102")}, "12 64400001 0002 0102", "12 64400001"},
        {"AUTH OK", suite_id::aes, auth_ok{from_row("0102")}, "13 0002 0102", "13"},
        {"ERR", suite_id::aes, control_err{37, "no"}, "14 0025 0002 6e6f", ""},
    };
}

bool accepts(byte_view payload, suite_id suite) {
    return parse_control_message(payload, suite).has_value();
}

parse_errc refusal(std::string_view hex, suite_id suite = suite_id::aes) {
    const exact_copy input(from_row(hex));
    const auto parsed = parse_control_message(input.view(), suite);
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

}  // namespace

TEST_CASE("every control message is written and read as published") {
    for (const auto& [name, suite, value, hex, unsigned_hex] : rows()) {
        INFO(name);
        const auto published = from_row(hex);
        CHECK(to_hex(encode(value, suite)) == to_hex(published));
        CHECK(to_hex(encode_unsigned(value, suite)) ==
              to_hex(unsigned_hex.empty() ? published : from_row(unsigned_hex)));
        const exact_copy input(published);
        const auto parsed = parse_control_message(input.view(), suite);
        REQUIRE(parsed);
        CHECK(*parsed == value);
    }
}

TEST_CASE("a control message of another length is refused") {
    for (const auto& row : rows()) {
        INFO(row.name);
        check_lengths(from_row(row.hex), [&](byte_view payload) { return accepts(payload, row.suite); });
    }
}

TEST_CASE("a control message with any bit flipped is survived, and what is accepted is written back the same") {
    for (const auto& row : rows()) {
        INFO(row.name);
        test::survive_flips(from_row(row.hex), [&](byte_view payload) {
            const auto parsed = parse_control_message(payload, row.suite);
            if (parsed) CHECK(to_hex(encode(*parsed, row.suite)) == to_hex(payload));
        });
    }
}

TEST_CASE("HELO OK of one suite is not read as that of another") {
    const auto aes = encode(helo_ok{filled(32, 1), filled(32, 2), filled(51, 3), filled(64, 4)}, suite_id::aes);
    const auto classic = encode(helo_ok{filled(128, 1), filled(256, 2), {}, {}}, suite_id::classic);
    CHECK_FALSE(accepts(aes, suite_id::classic));
    CHECK_FALSE(accepts(classic, suite_id::aes));
}

TEST_CASE("MSG holds whatever follows its tag") {
    const auto parsed = parse_control_message(exact_copy(from_row("20 a0")).view(), suite_id::aes);
    REQUIRE(parsed);
    CHECK(*parsed == control_message(control_msg{from_row("a0")}));
    CHECK(to_hex(encode(*parsed, suite_id::aes)) == "20a0");
    CHECK(accepts(from_row("20"), suite_id::aes));
}

TEST_CASE("a refused control message says why") {
    CHECK(refusal("") == parse_errc::malformed);
    CHECK(refusal("00") == parse_errc::unknown_tag);
    CHECK(refusal("06") == parse_errc::unknown_tag);
    CHECK(refusal("21a0") == parse_errc::unknown_tag);
    CHECK(refusal("ff") == parse_errc::unknown_tag);
    CHECK(refusal("01") == parse_errc::malformed);
    CHECK(refusal("01 02") == parse_errc::malformed);
    CHECK(refusal("01 02 02") == parse_errc::unsupported_version);
    CHECK(refusal("01 00 02") == parse_errc::unsupported_version);
    CHECK(refusal("01 01 00") == parse_errc::unsupported_suite);
    CHECK(refusal("01 01 04") == parse_errc::unsupported_suite);
    CHECK(refusal("01 01 ff") == parse_errc::unsupported_suite);
    CHECK(refusal("01 01 02") == parse_errc::malformed);
}

TEST_CASE("a fingerprint has the size that its suite gives it") {
    const auto rest = repeated("11", 32) + repeated("22", 32);
    CHECK(refusal("01 01 02 0014" + repeated("fa", 20) + rest) == parse_errc::malformed);
    CHECK(refusal("01 01 02 0000" + rest) == parse_errc::malformed);
    CHECK(refusal("01 01 02 0021" + repeated("fa", 33) + rest) == parse_errc::malformed);
    for (const std::size_t size : {1U, 19U, 21U, 31U, 33U}) {
        CAPTURE(size);
        CHECK_FALSE(accepts(encode(key_request{filled(size, 1)}, suite_id::aes), suite_id::aes));
    }
}

TEST_CASE("keys, signatures, texts and nicknames are bounded") {
    const auto fits = [](const control_message& message) {
        return accepts(encode(message, suite_id::aes), suite_id::aes);
    };
    CHECK(fits(key_reply{filled(1024, 1)}));
    CHECK_FALSE(fits(key_reply{filled(1025, 1)}));
    CHECK(fits(auth{{1}, filled(512, 1)}));
    CHECK_FALSE(fits(auth{{1}, filled(513, 1)}));
    CHECK(fits(register_account{filled(1024, 1), std::string(63, 'a')}));
    CHECK_FALSE(fits(register_account{filled(1025, 1), "a"}));
    CHECK_FALSE(fits(register_account{filled(1, 1), std::string(64, 'a')}));
    CHECK_FALSE(fits(register_account{filled(1, 1), "\xff"}));
    CHECK(refusal("14 0001 0401" + repeated("61", 1025)) == parse_errc::malformed);
    CHECK(refusal("14 0001 0001 ff") == parse_errc::malformed);
}

TEST_CASE("an error's text always arrives, cut and cleaned if it must be") {
    const auto sent = encode(control_err{1, std::string(2000, 'x') + "\xff"}, suite_id::aes);
    const auto parsed = parse_control_message(sent, suite_id::aes);
    REQUIRE(parsed);
    CHECK(std::get<control_err>(*parsed).text == std::string(1024, 'x'));
    CHECK(accepts(encode(helo_err{1, "\xc3"}, suite_id::aes), suite_id::aes));
}
