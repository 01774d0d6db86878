#include "buri/wire/pcp.hpp"

#include "buri/wire/nat_pmp.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::wire;
using buri::test::check_lengths;
using buri::test::exact_copy;
using buri::test::from_row;
using buri::test::repeated;

namespace {

constexpr pcp_nonce nonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const std::string nonce_hex = "0102030405060708090a0b0c";
const std::string no_address = "00000000000000000000ffff00000000";

endpoint at(std::string_view text) {
    return parse_endpoint(text).value();
}

std::optional<pcp_map_response> pcp(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return parse_pcp_map(input.view());
}

std::optional<nat_pmp_response> pmp(std::string_view hex) {
    const exact_copy input(from_row(hex));
    return parse_nat_pmp(input.view());
}

std::string pcp_row(std::string_view head, std::string_view tail = "") {
    return std::string(head) + "00001c20 00000100" + repeated("00", 12) + nonce_hex + "11 000000 a2c1 a2c2" +
           "00000000000000000000ffffc6336407" + std::string(tail);
}

}  // namespace

TEST_CASE("PCP's MAP request is written as RFC 6887 has it") {
    const auto first = encode_pcp_map({at("10.0.0.2:1").address, 7200, nonce, protocol_udp, 0xa2c1, {{}, 0xa2c1}});
    CHECK(to_hex(first) == to_hex(from_row("0201 0000 00001c20 00000000000000000000ffff0a000002" + nonce_hex +
                                           "11 000000 a2c1 a2c1" + no_address)));
    const auto renewal =
        encode_pcp_map({at("10.0.0.2:1").address, 0, nonce, protocol_tcp, 80, at("198.51.100.7:8080")});
    CHECK(to_hex(renewal) == to_hex(from_row("0201 0000 00000000 00000000000000000000ffff0a000002" + nonce_hex +
                                             "06 000000 0050 1f90 00000000000000000000ffffc6336407")));
}

TEST_CASE("a PCP request for IPv6 leaves the address to the gateway in that family") {
    const auto request = encode_pcp_map({at("[2001:db8::2]:1").address, 1, nonce, protocol_udp, 1, {{}, 1}});
    CHECK(to_hex(request) == to_hex(from_row("0201 0000 00000001 20010db8000000000000000000000002" + nonce_hex +
                                             "11 000000 0001 0001" + repeated("00", 16))));
}

TEST_CASE("a PCP response is read, at no other length but with options") {
    const pcp_map_response expected{pcp_result::success,     7200, 256, nonce, protocol_udp, 0xa2c1,
                                    at("198.51.100.7:41666")};
    CHECK(pcp(pcp_row("0281 0000")) == expected);
    check_lengths(from_row(pcp_row("0281 0000")), [](byte_view in) { return parse_pcp_map(in).has_value(); });
    CHECK(pcp(pcp_row("0281 0000", "0200 0004 00000001")) == expected);
    CHECK(pcp(pcp_row("0281 0000", "0200 0003 00000100")) == expected);
    CHECK_FALSE(pcp(pcp_row("0281 0000", "0200 0005 00000001")));
    CHECK_FALSE(pcp(pcp_row("0281 0000", repeated("0200 0000", 261))));
    test::survive_flips(from_row(pcp_row("0281 0000")), [](byte_view in) { parse_pcp_map(in); });
}

TEST_CASE("what is no PCP response to MAP is refused") {
    for (const auto* head : {"0201 0000", "0281 00", "0181 0000", "0082 0000", "0282 0000", "0280 0000"})
        CHECK_FALSE(pcp(pcp_row(head)));
}

TEST_CASE("a PCP error says which, known or not") {
    CHECK(pcp(pcp_row("0281 0002"))->result == pcp_result::not_authorized);
    CHECK(describe(pcp(pcp_row("0281 0002"))->result) == "not authorized");
    CHECK(describe(pcp(pcp_row("0281 000e"))->result) == "a reason that PCP does not have");
    CHECK(describe(pcp(pcp_row("0281 00ff"))->result) == "a reason that PCP does not have");
}

TEST_CASE("PCP's announcement tells the epoch, at no other length") {
    const auto good = from_row("0280 0000 00000000 00000100" + repeated("00", 12));
    CHECK(parse_pcp_announcement(good) == 256U);
    check_lengths(good, [](byte_view in) { return parse_pcp_announcement(in).has_value(); });
    for (const auto* head : {"0200 0000", "0180 0000", "0281 0000", "0280 0001"})
        CHECK_FALSE(parse_pcp_announcement(from_row(std::string(head) + "00000000 00000100" + repeated("00", 12))));
}

TEST_CASE("a gateway of NAT-PMP refuses PCP by its version") {
    CHECK(is_pcp_refused_by_version(from_row("0081 0001 00000010")));
    CHECK(is_pcp_refused_by_version(from_row("0080 0001")));
    CHECK(is_pcp_refused_by_version(from_row("0181 0001")));
    CHECK_FALSE(is_pcp_refused_by_version(from_row("0081 0002 00000010")));
    CHECK_FALSE(is_pcp_refused_by_version(from_row("0001 0001 00000010")));
    CHECK_FALSE(is_pcp_refused_by_version(from_row("0081 00")));
    CHECK_FALSE(is_pcp_refused_by_version({}));
}

TEST_CASE("NAT-PMP's requests are written as RFC 6886 has them") {
    CHECK(to_hex(encode_nat_pmp_address()) == "0000");
    CHECK(to_hex(encode_nat_pmp_map({nat_pmp_opcode::map_udp, 0xa2c1, 0xa2c2, 7200})) == "00010000a2c1a2c200001c20");
    CHECK(to_hex(encode_nat_pmp_map({nat_pmp_opcode::map_tcp, 0xa2c1, 0, 0})) == "00020000a2c1000000000000");
}

TEST_CASE("NAT-PMP's responses are read, at no other length") {
    nat_pmp_response address{
        nat_pmp_opcode::address, nat_pmp_result::success, 16, at("198.51.100.7:1").address, 0, 0, 0};
    CHECK(pmp("0080 0000 00000010 c6336407") == address);
    nat_pmp_response mapped{nat_pmp_opcode::map_tcp, nat_pmp_result::success, 16, {}, 0xa2c1, 0xa2c2, 7200};
    CHECK(pmp("0082 0000 00000010 a2c1 a2c2 00001c20") == mapped);
    for (const auto* row : {"0080 0000 00000010 c6336407", "0082 0000 00000010 a2c1 a2c2 00001c20"}) {
        check_lengths(from_row(row), [](byte_view in) { return parse_nat_pmp(in).has_value(); });
        test::survive_flips(from_row(row), [](byte_view in) { parse_nat_pmp(in); });
    }
}

TEST_CASE("NAT-PMP's errors are read, short or whole") {
    CHECK(pmp("0081 0002 00000010")->result == nat_pmp_result::not_authorized);
    CHECK(pmp("0081 0002 00000010 a2c1 0000 00000000")->internal_port == 0xa2c1);
    CHECK(pmp("0080 0003 00000010 00000000")->result == nat_pmp_result::network_failure);
    CHECK(describe(pmp("0081 ffff 00000010")->result) == "a reason that NAT-PMP does not have");
    CHECK_FALSE(pmp("0081 0002 00000010 a2c1"));
    CHECK_FALSE(pmp("0081 0002 000000"));
}

TEST_CASE("what is no NAT-PMP response is refused") {
    CHECK_FALSE(pmp("0000 0000 00000010 c6336407"));
    CHECK_FALSE(pmp("0280 0000 00000010 c6336407"));
    CHECK_FALSE(pmp("0083 0000 00000010 a2c1 a2c2 00001c20"));
    CHECK_FALSE(pmp(""));
}
