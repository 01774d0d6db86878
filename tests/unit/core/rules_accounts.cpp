#include "buri/core/directory/account_rules.hpp"
#include "tests/support/seeded_random.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;

namespace {
const wall_time today(std::chrono::seconds(1'800'000'000));
}

TEST_CASE("a new key gets an account with an address of the pool") {
    test::seeded_random random(1);
    const auto pool = *parse_ip_prefix("10.1.0.0/24");
    const auto made = register_account(directory(), pool, as_bytes("key"), "anna", today, random);
    REQUIRE(made);
    CHECK(pool.contains(address_of(made->id)));
    REQUIRE(made->change.size() == 1);
    const auto& record = std::get<put_account>(made->change.front()).record;
    CHECK(record.id == made->id);
    CHECK(record.nickname == "anna");
    CHECK(to_string(record.key_blob) == "key");
    CHECK(record.created == today);
}

TEST_CASE("the same key again gets the account that it has, and nothing changes") {
    test::seeded_random random(1);
    const auto pool = *parse_ip_prefix("10.1.0.0/30");
    directory records;
    const auto made = register_account(records, pool, as_bytes("key"), "anna", today, random);
    records.apply(made->change);
    const auto again = register_account(records, pool, as_bytes("key"), "other", today, random);
    REQUIRE(again);
    CHECK(again->id == made->id);
    CHECK(again->change.empty());
}

TEST_CASE("a nickname that is none is made into one") {
    test::seeded_random random(1);
    const auto nickname_for = [&](std::string_view wish) {
        const auto made =
            register_account(directory(), *parse_ip_prefix("10.1.0.0/24"), as_bytes("key"), wish, today, random);
        return std::get<put_account>(made->change.front()).record.nickname;
    };
    CHECK(nickname_for("Anna-2") == "Anna-2");
    CHECK(nickname_for("my host.example") == "my-host-example");
    CHECK(nickname_for("") == "node");
    CHECK(nickname_for("\n\x1b[31m") == "31m");
    CHECK(parse_nickname(nickname_for(std::string(500, '-') + "x")).has_value());
}

TEST_CASE("a full pool refuses new keys and still knows the old ones") {
    test::seeded_random random(3);
    const auto pool = *parse_ip_prefix("10.1.0.0/30");
    directory records;
    for (const auto* const key : {"a", "b"}) {
        const auto made = register_account(records, pool, as_bytes(key), key, today, random);
        REQUIRE(made);
        records.apply(made->change);
    }
    const auto third = register_account(records, pool, as_bytes("c"), "c", today, random);
    REQUIRE_FALSE(third);
    CHECK(third.error().code == errc::pool_exhausted);
    CHECK(register_account(records, pool, as_bytes("a"), "a", today, random).has_value());
}

TEST_CASE("a nickname is changed, kept, or refused") {
    test::seeded_random random(1);
    directory records;
    const auto made =
        register_account(records, *parse_ip_prefix("10.1.0.0/24"), as_bytes("key"), "anna", today, random);
    records.apply(made->change);
    CHECK(change_nickname(records, made->id, "anna")->empty());
    const auto changed = change_nickname(records, made->id, "Berta");
    REQUIRE(changed);
    auto expected = *records.account(made->id);
    expected.nickname = "Berta";
    CHECK(std::get<put_account>(changed->front()).record == expected);
    CHECK(change_nickname(records, made->id, "-x").error().code == errc::nickname_invalid);
    CHECK(change_nickname(records, made->id, "").error().code == errc::nickname_invalid);
    CHECK(change_nickname(records, {12345}, "x").error().code == errc::account_unknown);
}
