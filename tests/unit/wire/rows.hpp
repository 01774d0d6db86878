#pragma once
// What every row of a wire test goes through besides its own value and bytes.
#include "tests/support/exact_copy.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace buri::test {

/// Bytes from hexadecimal text; blanks group it.
inline bytes from_row(std::string_view row) {
    std::string digits;
    for (const char c : row) {
        if (c != ' ' && c != '\n') digits += c;
    }
    const auto raw = from_hex(digits);
    REQUIRE(raw);
    return *raw;
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

/// `accepts` refuses every truncation and one byte more.
template <typename Accepts>
void check_lengths(const bytes& good, Accepts accepts) {
    for (std::size_t size = 0; size < good.size(); ++size) {
        const exact_copy cut(byte_view(good).first(size));
        INFO("cut to " << size << " of " << good.size() << " bytes");
        CHECK_FALSE(accepts(cut.view()));
    }
    auto longer = good;
    longer.push_back(0);
    const exact_copy extra(longer);
    INFO("one byte more");
    CHECK_FALSE(accepts(extra.view()));
}

/// Calls `parse` with every bit of the row flipped in turn: whatever it says, it must survive.
template <typename Parse>
void survive_flips(const bytes& good, Parse parse) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto flipped = good;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
        const exact_copy input(flipped);
        parse(input.view());
    }
}

}  // namespace buri::test
