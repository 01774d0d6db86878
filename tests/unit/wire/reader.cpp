#include "buri/wire/reader.hpp"

#include "buri/wire/writer.hpp"
#include "tests/unit/wire/rows.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using buri::test::exact_copy;
using buri::test::from_row;

TEST_CASE("numbers are written and read big-endian") {
    wire::writer out;
    out.u8(0x01).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f);
    CHECK(to_hex(out.data()) == "0102030405060708090a0b0c0d0e0f");

    const exact_copy input(out.data());
    wire::reader in(input.view());
    CHECK(in.u8() == 0x01);
    CHECK(in.u16() == 0x0203);
    CHECK(in.u32() == 0x04050607U);
    CHECK(in.u64() == 0x08090a0b0c0d0e0fU);
    CHECK(in.finish());
}

TEST_CASE("a read past the end gives zero and sticks") {
    const exact_copy input(from_row("010203"));
    wire::reader in(input.view());
    CHECK(in.u32() == 0);
    CHECK_FALSE(in.ok());
    CHECK(in.u8() == 0);
    CHECK(in.take(1).empty());
    CHECK(in.rest().empty());
    CHECK(in.array<2>() == std::array<std::uint8_t, 2>{});
    CHECK_FALSE(in.finish());
}

TEST_CASE("bytes that are left over refuse the whole") {
    const exact_copy input(from_row("0102"));
    wire::reader in(input.view());
    in.u8();
    CHECK(in.ok());
    CHECK(in.remaining() == 1);
    CHECK_FALSE(in.finish());
}

TEST_CASE("a variable field carries its length") {
    wire::writer out;
    out.var(from_row("aabbcc")).var({});
    CHECK(to_hex(out.data()) == "0003aabbcc0000");

    const exact_copy input(out.data());
    wire::reader in(input.view());
    CHECK(to_hex(in.var(3)) == "aabbcc");
    CHECK(in.var(0).empty());
    CHECK(in.finish());
}

TEST_CASE("a variable field past its limit or past the end is refused") {
    const exact_copy input(from_row("0003aabbcc"));
    wire::reader limited(input.view());
    CHECK(limited.var(2).empty());
    CHECK_FALSE(limited.ok());

    const exact_copy lying(from_row("ffffaabbcc"));
    wire::reader in(lying.view());
    CHECK(in.var(65'535).empty());
    CHECK_FALSE(in.ok());
}

TEST_CASE("the rest is everything that is left, even nothing") {
    const exact_copy input(from_row("010203"));
    wire::reader in(input.view());
    in.u8();
    CHECK(to_hex(in.rest()) == "0203");
    CHECK(in.rest().empty());
    CHECK(in.finish());
}

TEST_CASE("a reader of nothing is finished") {
    CHECK(wire::reader({}).finish());
}
