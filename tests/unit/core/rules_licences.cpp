#include "tests/unit/core/rules_world.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using namespace buri::core;
using namespace buri::test;

namespace {

wall_time day(int year, unsigned month, unsigned number, int seconds = 0) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number)) +
           std::chrono::seconds(seconds);
}

licence_record licence(std::uint8_t id, std::string_view plan, std::uint32_t months, node_id only_for = {}) {
    return {bytes(16, id), std::string(plan), only_for, months, {}, {}, {}};
}

struct licensed : rules_world {
    licensed() {
        plans = plan_table({free_plan(), premium_plan()}, "free");
        today = day(2027, 1, 31, 3'600);
    }
    std::optional<errc> install(const licence_record& which) {
        return act(node, wire::install_licence{licences.key_of(which)});
    }
    std::optional<wall_time> end() { return records.account(node)->plan_until; }

    node_id node = account(1, "anna");
};

}  // namespace

TEST_CASE("the key of a licence is one line and reads as what was signed") {
    const licence_issuer issuer(host_key());
    for (const auto& made : {licence(1, "premium", 12), licence(2, "my-own-plan", 1'200, {0x64400001}),
                             licence(3, std::string(32, 'a'), 1)}) {
        const auto key = issuer.key_of(made);
        CHECK(key.starts_with("buri-licence-"));
        CHECK(key.size() < 300);
        CHECK(key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
              std::string::npos);
        REQUIRE(issuer.read(key));
        CHECK(*issuer.read(key) == made);
    }
}

TEST_CASE("no other character, byte or length of a key is accepted") {
    const licence_issuer issuer(host_key());
    const auto key = issuer.key_of(licence(1, "premium", 12, {5}));
    for (std::size_t i = 0; i < key.size(); ++i) {
        for (const char other : {'A', 'b', '-', '=', '+', '/', ' ', '\0', '\xff'}) {
            auto wrong = key;
            if (wrong[i] == other) continue;
            wrong[i] = other;
            CAPTURE(wrong);
            const auto read = issuer.read(wrong);
            REQUIRE_FALSE(read);
            REQUIRE(read.error().code == errc::licence_invalid);
        }
        REQUIRE_FALSE(issuer.read(key.substr(0, i)));
        REQUIRE_FALSE(issuer.read(key.substr(i + 1)));
    }
    for (const auto* const tail : {"A", "=", "==", "\n", " "})
        REQUIRE_FALSE(issuer.read(key + tail));
    CHECK_FALSE(issuer.read("buri-licence-"));
    CHECK_FALSE(issuer.read("buri-licence-" + std::string(100'000, 'A')));
}

TEST_CASE("the licence of another server is none here") {
    seeded_random random(5);
    const auto other = crypto::identity_key::generate_ed25519(random);
    const auto read = licence_issuer(host_key()).read(licence_issuer(other).key_of(licence(1, "premium", 12)));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::licence_invalid);
    CHECK(describe(read.error().code).exit_code == 8);
}

TEST_CASE("what the server signed for another purpose or with nonsense in it is no licence") {
    const licence_issuer issuer(host_key());
    for (const auto& wrong : {licence(1, "Not A Plan", 1), licence(1, "premium", 0), licence(1, "premium", 1'201),
                              licence_record{bytes(15, 1), "premium", {}, 1, {}, {}, {}}}) {
        CHECK_FALSE(issuer.read(issuer.key_of(wrong)));
    }
}

TEST_CASE("a licence gives the plan for calendar months from today") {
    licensed world;
    CHECK_FALSE(world.install(licence(1, "premium", 1)));
    CHECK(world.records.account(world.node)->plan == "premium");
    CHECK(world.end() == day(2027, 2, 28, 3'600));
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0].act == "licence");
    CHECK(world.audits()[0].before == "plan=default");
    CHECK(world.audits()[0].after == "plan=premium until=2027-02-28T01:00:00Z");
    CHECK(world.records.licence(bytes(16, 1))->used_by == world.node);
    CHECK(world.records.licence(bytes(16, 1))->used == world.today);
}

TEST_CASE("months end on the same day, or on the last of a shorter month") {
    const auto after = [](wall_time start, std::uint32_t months) {
        licensed world;
        world.today = start;
        CHECK_FALSE(world.install(licence(1, "premium", months)));
        return world.end();
    };
    CHECK(after(day(2028, 1, 31), 1) == day(2028, 2, 29));
    CHECK(after(day(2027, 8, 31), 1) == day(2027, 9, 30));
    CHECK(after(day(2027, 12, 15), 1) == day(2028, 1, 15));
    CHECK(after(day(2028, 2, 29), 12) == day(2029, 2, 28));
    CHECK(after(day(2027, 3, 31, 86'399), 6) == day(2027, 9, 30, 86'399));
    CHECK(after(day(2027, 1, 1), 1'200) == day(2127, 1, 1));
}

TEST_CASE("the same plan is extended from its end while it runs, and begins anew once it has ended") {
    licensed world;
    REQUIRE_FALSE(world.install(licence(1, "premium", 2)));
    CHECK(world.end() == day(2027, 3, 31, 3'600));
    REQUIRE_FALSE(world.install(licence(2, "premium", 12)));
    CHECK(world.end() == day(2028, 3, 31, 3'600));
    world.today = day(2028, 3, 31, 3'600);
    REQUIRE_FALSE(world.install(licence(3, "premium", 1)));
    CHECK(world.end() == day(2028, 4, 30, 3'600));
    REQUIRE_FALSE(world.install(licence(4, "free", 1)));
    CHECK(world.records.account(world.node)->plan == "free");
    CHECK(world.end() == day(2028, 4, 30, 3'600));
}

TEST_CASE("a plan ends in the year 9999 at the latest: a later day can neither be written nor sent") {
    licensed on;
    const auto last = day(10'000, 1, 1) - std::chrono::seconds(1);
    for (std::uint8_t i = 1; i <= 100; ++i)
        REQUIRE_FALSE(on.install(licence(i, "premium", 1'200)));
    CHECK(on.end() == last);
    on.today = last - std::chrono::seconds(1);
    REQUIRE_FALSE(on.install(licence(101, "premium", 1)));
    CHECK(on.end() == last);
}

TEST_CASE("a licence is refused for another node, a second time, or for a plan that is gone") {
    licensed world;
    const auto other = world.account(2, "berta");
    CHECK(world.install(licence(1, "premium", 1, other)) == errc::licence_invalid);
    CHECK(world.text == "cannot install the licence: it was made for another node, 0.0.0.2");
    REQUIRE_FALSE(world.install(licence(2, "premium", 1)));
    CHECK(world.install(licence(2, "premium", 1)) == errc::licence_used);
    CHECK(world.text == "cannot install the licence: this node used it already");
    CHECK(world.act(other, wire::install_licence{world.licences.key_of(licence(2, "premium", 1))}) ==
          errc::licence_used);
    CHECK(describe(errc::licence_used).exit_code == 7);
    CHECK(world.install(licence(3, "gold", 1)) == errc::plan_unknown);
    CHECK(world.act(world.node, wire::install_licence{"hello"}) == errc::licence_invalid);
    CHECK(world.act({99}, wire::install_licence{"hello"}) == errc::account_unknown);
    // Still used after the account that used it is gone.
    REQUIRE_FALSE(world.act(world.node, wire::delete_account{false}));
    CHECK(world.act(other, wire::install_licence{world.licences.key_of(licence(2, "premium", 1))}) ==
          errc::licence_used);
}

TEST_CASE("a licence does not put an end to a plan that has none") {
    licensed world;
    REQUIRE_FALSE(world.operate(set_plan{world.node, "premium", {}}));
    CHECK(world.install(licence(1, "premium", 1)) == errc::usage);
    CHECK_FALSE(world.end());
}

TEST_CASE("licences that the operator makes are kept, and used as they were made") {
    licensed world;
    auto made = licence(1, "premium", 6);
    made.made = world.today;
    CHECK_FALSE(world.operate(keep_licences{{made, [] {
                                                 auto second = licence(2, "premium", 6);
                                                 return second;
                                             }()}}));
    REQUIRE(world.audits().size() == 1);
    CHECK(world.audits()[0].after == "plan=premium months=6 count=2");
    CHECK(world.operate(keep_licences{{made}}) == errc::internal);
    CHECK(world.operate(keep_licences{{licence(3, "gold", 6)}}) == errc::plan_unknown);
    CHECK(world.operate(keep_licences{{licence(3, "premium", 0)}}) == errc::usage);
    CHECK(world.operate(keep_licences{{licence(3, "premium", 6, {99})}}) == errc::account_unknown);
    const auto start = world.today;
    world.today += std::chrono::hours(100);
    REQUIRE_FALSE(world.install(made));
    CHECK(world.records.licence(made.id)->made == start);
    CHECK(world.records.licences().size() == 2);
}
