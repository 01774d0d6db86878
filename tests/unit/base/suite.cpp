#include "buri/base/suite.hpp"

#include <catch2/catch.hpp>

using namespace buri;

TEST_CASE("the suites have the numbers, names and sizes that are published") {
    REQUIRE(all_suites().size() == 3);
    const auto& classic = describe(suite_id::classic);
    CHECK(classic.name == "classic");
    CHECK(classic.nonce_size == 128);
    CHECK(classic.dh_size == 256);
    CHECK(classic.fingerprint_size == 20);
    for (const auto id : {suite_id::aes, suite_id::chacha}) {
        CHECK(describe(id).nonce_size == 32);
        CHECK(describe(id).dh_size == 32);
        CHECK(describe(id).fingerprint_size == 32);
    }
}

TEST_CASE("suites are found by number and by name") {
    for (const auto& row : all_suites()) {
        CHECK(suite_from_wire(static_cast<std::uint8_t>(row.id)) == row.id);
        CHECK(suite_from_name(row.name) == row.id);
    }
    for (const auto unknown : {0, 4, 5, 255})
        CHECK_FALSE(suite_from_wire(static_cast<std::uint8_t>(unknown)));
    for (const auto* unknown : {"", "AES", "hybrid", "aes "})
        CHECK_FALSE(suite_from_name(unknown));
}
