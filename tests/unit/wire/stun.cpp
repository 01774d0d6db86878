#include "buri/wire/stun.hpp"

#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;

namespace {

/// Of RFC 5769, whose messages these are without their integrity and fingerprint.
constexpr stun_transaction transaction{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
const std::string transaction_hex = "b7e7a701bc34d686fa87dfae";
const std::string software_attribute = "8022 000b 7465737420766563746f72 20";
const std::string v4_attribute = "0020 0008 0001a147 e112a643";
const std::string v6_attribute = "0020 0014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9";

std::optional<stun_response> response(std::string_view attributes) {
    const auto raw = from_row(attributes);
    bytes size{static_cast<std::uint8_t>(raw.size() >> 8U), static_cast<std::uint8_t>(raw.size())};
    const exact_copy input(from_row("0101" + to_hex(size) + "2112a442" + transaction_hex + to_hex(raw)));
    return parse_stun_response(input.view());
}

bool is_request(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return parse_stun_request(input.view()).has_value();
}

endpoint at(std::string_view text) {
    return parse_endpoint(text).value();
}

}  // namespace

TEST_CASE("the mapped address of RFC 5769's IPv4 response is read") {
    const auto parsed = response(software_attribute + v4_attribute);
    REQUIRE(parsed);
    CHECK(*parsed == stun_response{transaction, at("192.0.2.1:32853")});
}

TEST_CASE("the mapped address of RFC 5769's IPv6 response is read") {
    const auto parsed = response(software_attribute + v6_attribute);
    REQUIRE(parsed);
    CHECK(*parsed == stun_response{transaction, at("[2001:db8:1234:5678:11:2233:4455:6677]:32853")});
}

TEST_CASE("a request is as long as the largest answer") {
    const auto request = encode_stun_request({.transaction = transaction});
    CHECK(request.size() == 92);
    CHECK(to_hex(request) == to_hex(from_row("0001 0048 2112a442" + transaction_hex + "8022 0044")) +
                                 to_hex(as_bytes("Buri VPN STUN client" + std::string(48, ' '))));
    CHECK(encode_stun_response({transaction, at("[2001:db8::1]:1"), at("[2001:db8::1]:1"), at("[2001:db8::1]:1")})
              .size() <= request.size());
    CHECK(encode_stun_response({.transaction = transaction, .mapped = at("192.0.2.1:1")}).size() <= request.size());
}

TEST_CASE("a request is read back, and at no other length") {
    const exact_copy request(encode_stun_request({.transaction = transaction}));
    CHECK(parse_stun_request(request.view())->transaction == transaction);
    check_lengths(encode_stun_request({.transaction = transaction}),
                  [](byte_view in) { return parse_stun_request(in).has_value(); });
}

TEST_CASE("a response is written as RFC 5769 has it and read back, at no other length") {
    for (const auto& [where, attribute] :
         {std::pair(at("192.0.2.1:32853"), v4_attribute),
          std::pair(at("[2001:db8:1234:5678:11:2233:4455:6677]:32853"), v6_attribute)}) {
        const auto written = encode_stun_response({.transaction = transaction, .mapped = where});
        CHECK(to_hex(written).ends_with(transaction_hex + to_hex(from_row(attribute))));
        CHECK(parse_stun_response(exact_copy(written).view()) == stun_response{transaction, where});
        check_lengths(written, [](byte_view in) { return parse_stun_response(in).has_value(); });
        test::survive_flips(written, [](byte_view in) { parse_stun_response(in); });
    }
    test::survive_flips(encode_stun_request({.transaction = transaction}),
                        [](byte_view in) { parse_stun_request(in); });
}

TEST_CASE("a request of a plain STUN client is answered too") {
    CHECK(is_request("0001 0000 2112a442" + transaction_hex));
    CHECK(is_request("0001 0010 2112a442" + transaction_hex + software_attribute));
}

TEST_CASE("a request that asks for what is not known is refused") {
    CHECK_FALSE(is_request("0001 0008 2112a442" + transaction_hex + "0004 0004 00000006"));
    CHECK_FALSE(is_request("0001 0004 2112a442" + transaction_hex + "7fff 0000"));
    CHECK(is_request("0001 0004 2112a442" + transaction_hex + "8000 0000"));
}

TEST_CASE("what is not a binding request is refused") {
    CHECK_FALSE(is_request("0011 0000 2112a442" + transaction_hex));
    CHECK_FALSE(is_request("0101 0000 2112a442" + transaction_hex));
    CHECK_FALSE(is_request("c001 0000 2112a442" + transaction_hex));
    CHECK_FALSE(is_request("0001 0000 2112a443" + transaction_hex));
}

TEST_CASE("a length that is not that of the attributes is refused") {
    CHECK_FALSE(is_request("0001 0004 2112a442" + transaction_hex));
    CHECK_FALSE(is_request("0001 ffff 2112a442" + transaction_hex + software_attribute));
    CHECK_FALSE(is_request("0001 0002 2112a442" + transaction_hex + "8022"));
    CHECK_FALSE(is_request("0001 0008 2112a442" + transaction_hex + "8022 0005 41414141"));
    CHECK_FALSE(is_request("0001 0008 2112a442" + transaction_hex + "8022 ffff 41414141"));
}

TEST_CASE("a response without a mapped address, or with a broken one, is refused") {
    CHECK_FALSE(response(software_attribute));
    CHECK_FALSE(response(""));
    CHECK_FALSE(response("0020 0008 0003a147 e112a643"));
    CHECK_FALSE(response("0020 0004 0001a147"));
    CHECK_FALSE(response("0020 000c 0001a147 e112a643 00000000"));
    CHECK_FALSE(response("0020 0008 0002a147 e112a643"));
    CHECK_FALSE(response("0020 0008 00012112 e112a643"));
}

TEST_CASE("the first mapped address counts") {
    const auto parsed = response(v4_attribute + v6_attribute);
    REQUIRE(parsed);
    CHECK(parsed->mapped.address.is_v4());
}

TEST_CASE("attributes of older servers beside the mapped address are skipped, unknown required ones refuse") {
    CHECK(response("0001 0008 00018055 c0000201" + v4_attribute));
    CHECK(response(v4_attribute + "0004 0008 00010d96 c0000202 0005 0008 00010d97 c0000203"));
    CHECK_FALSE(response("0002 0004 00000000" + v4_attribute));
}

TEST_CASE("a refusal is error 420 without a reason, and no response with an address") {
    const auto refusal = encode_stun_refusal(transaction);
    CHECK(to_hex(refusal) == to_hex(from_row("0111 0008 2112a442" + transaction_hex + "0009 0004 00000414")));
    CHECK_FALSE(parse_stun_response(refusal));
}

TEST_CASE("what RFC 5780 can ask is written and read, and does not make a request larger") {
    for (const bool address : {false, true}) {
        for (const bool port : {false, true}) {
            for (const std::optional<std::uint16_t> to :
                 {std::optional<std::uint16_t>(), std::optional<std::uint16_t>(5555)}) {
                const stun_request asked{transaction, address, port, to};
                const exact_copy input(encode_stun_request(asked));
                CHECK(parse_stun_request(input.view()) == asked);
                CHECK(input.view().size() == 92);
            }
        }
    }
    CHECK(is_request("0001 0008 2112a442" + transaction_hex + "0003 0004 00000006"));
    CHECK(is_request("0001 0008 2112a442" + transaction_hex + "0027 0004 15b30000"));
    CHECK(is_request("0001 0008 2112a442" + transaction_hex + "0026 0004 00000000"));
    CHECK_FALSE(is_request("0001 0008 2112a442" + transaction_hex + "0003 0003 00000600"));
    CHECK_FALSE(is_request("0001 0008 2112a442" + transaction_hex + "0027 0004 00000000"));
}

TEST_CASE("a response with its origin and the other address is written and read") {
    const stun_response all{transaction, at("192.0.2.1:32853"), at("192.0.2.2:17771"), at("192.0.2.3:17772")};
    const exact_copy input(encode_stun_response(all));
    CHECK(parse_stun_response(input.view()) == all);
    CHECK(input.view().size() == 56);
}
