#include "buri/base/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace buri;

TEST_CASE("every error has a number and a name of its own, in ascending order") {
    std::set<std::uint16_t> numbers;
    std::set<std::string_view> names;
    std::uint16_t last = 0;
    for (const auto& row : all_errors()) {
        INFO(row.name);
        const auto number = static_cast<std::uint16_t>(row.code);
        CHECK(number > last);
        last = number;
        CHECK(numbers.insert(number).second);
        CHECK(names.insert(row.name).second);
    }
}

TEST_CASE("every error has a stable name, an exit code that vpn(1) knows, and a sentence") {
    for (const auto& row : all_errors()) {
        INFO(row.name);
        CHECK_FALSE(row.name.empty());
        CHECK(std::ranges::all_of(row.name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
        CHECK(row.exit_code >= 1);
        CHECK(row.exit_code <= 8);
        CHECK_FALSE(row.sentence.empty());
        CHECK(row.sentence.find('\n') == std::string_view::npos);
    }
}

TEST_CASE("errors are found by their number") {
    for (const auto& row : all_errors()) {
        CHECK(error_from_wire(static_cast<std::uint16_t>(row.code)) == row.code);
        CHECK(describe(row.code).name == row.name);
        CHECK(make_error(row.code).text == row.sentence);
    }
    for (const auto unknown : {0, 9, 1000, 65535}) {
        CHECK_FALSE(error_from_wire(static_cast<std::uint16_t>(unknown)));
        CHECK(describe(static_cast<errc>(unknown)).code == errc::internal);
    }
}
