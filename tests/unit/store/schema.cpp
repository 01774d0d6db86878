// Databases of older versions, brought up to date.
#include "buri/store/schema.hpp"

#include "buri/store/server_database.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/record_samples.hpp"
#include "tests/unit/store/version_2_database.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace buri::store {
namespace {

TEST_CASE("the steps of the schema are numbered in order, and the released ones are as they were") {
    const auto steps = server_schema();
    for (std::size_t i = 0; i < steps.size(); ++i)
        CHECK(steps[i].version == static_cast<std::int32_t>(i) + 1);
    CHECK(std::string(steps[0].sql) == test::version_1_sql);
    CHECK(std::string(steps[1].sql) == test::version_2_sql);
}

TEST_CASE("a database of version 2 keeps its records, and has no relays") {
    const test::scratch_directory dir;
    {
        test::version_1_database old(dir / "server.db");
        old.account(1, "anna");
        old.network(3, 1);
        old.member(3, 1, 1'600'000'005);
    }
    test::make_version_2(dir / "server.db");
    {
        auto old = *sqlite_connection::open(dir / "server.db");
        REQUIRE(old.execute("UPDATE members SET privileges = 1, name = 'queen'"));
        REQUIRE(old.execute(
            "INSERT INTO audit VALUES (9, 1600000009, 1, 'anna', 'set', 3, 'Net-3', NULL, '', '', '', 'ok')"));
    }
    auto database = server_database::open(dir / "server.db");
    INFO((database ? "" : database.error().text));
    REQUIRE(database);
    const auto all = *database->load();
    REQUIRE(all.members.size() == 1);
    CHECK(all.members.front().name == "queen");
    CHECK(all.next_network == 4);
    CHECK(all.next_audit == 10);
    CHECK(database->read_audit({})->size() == 1);
    CHECK(all.relays.empty());
    CHECK(all.next_relay == first_relay);
    REQUIRE(database->commit({put_relay{test::relay(first_relay)}}));
    CHECK(database->load()->relays == std::vector{test::relay(first_relay)});
}

TEST_CASE("a database of version 1 keeps its records, and what is new in them begins as it was before") {
    const test::scratch_directory dir;
    {
        test::version_1_database old(dir / "server.db");
        old.account(1, "anna");
        old.account(7, "nas");
        old.network(3, 7);
        old.member(3, 7, 1'600'000'005);
        old.member(3, 1, 1'600'000'005);
    }
    auto database = server_database::open(dir / "server.db");
    INFO((database ? "" : database.error().text));
    REQUIRE(database);
    const auto all = *database->load();
    const auto born = test::at(1'600'000'000);
    CHECK(all.accounts ==
          std::vector<account_record>{{{1}, "anna", {1, 0}, born, "", {}}, {{7}, "nas", {7, 0}, born, "", {}}});
    const auto name = *network_name::parse("Net-3");
    CHECK(all.networks ==
          std::vector<network_record>{{3, name, {7}, "hash", test::at(1'600'000'001), false, false, false, "", {}}});
    const auto joined = test::at(1'600'000'005);
    CHECK(all.members == std::vector<member_record>{{3, {7}, joined, "nas", false, {}, true, 0},
                                                    {3, {1}, joined, "anna", false, {}, true, 0}});
    CHECK(all.bans.empty());
    CHECK(all.next_network == 4);
    CHECK(all.next_invite == 1);
    CHECK(all.next_announcement == 1);
    CHECK(all.next_audit == 1);
    CHECK(database->commit(test::town()));
}

TEST_CASE("the id of a network that version 1 deleted is not used again") {
    const test::scratch_directory dir;
    {
        test::version_1_database old(dir / "server.db");
        old.account(1, "anna");
        old.network(30, 1);
    }
    REQUIRE(sqlite_connection::open(dir / "server.db")->execute("DELETE FROM networks"));
    CHECK(server_database::open(dir / "server.db")->load()->next_network == 31);
}

/// (joined, order of joining, nickname)
using old_member = std::tuple<std::int64_t, std::size_t, std::string>;

std::string folded(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

/// What the names must be, in the order of joining: whoever came first keeps a nickname, and the others count up.
std::vector<std::string> names_for(std::vector<old_member> members) {
    std::ranges::sort(members);
    std::set<std::string> taken;
    for (const auto& member : members)
        taken.insert(folded(std::get<2>(member)));
    std::set<std::string> kept;
    std::vector<std::string> names;
    for (const auto& [joined, place, nickname] : members) {
        auto name = nickname;
        if (!kept.insert(folded(nickname)).second) {
            for (int number = 2; taken.contains(folded(name)); ++number)
                name = nickname.substr(0, 57) + "-" + std::to_string(number);
            taken.insert(folded(name));
        }
        names.push_back(name);
    }
    return names;
}

TEST_CASE("members with one nickname get numbers that nobody has, in the order of joining") {
    const std::vector<std::string> nicknames{"nas",
                                             "NAS",
                                             "nas-2",
                                             "Nas-3",
                                             "nas-4",
                                             "nas-02",
                                             "nas-1",
                                             "nas-2-2",
                                             "nas--2",
                                             "node",
                                             "7",
                                             "nas-99999999999999999999",
                                             std::string(63, 'x'),
                                             std::string(62, 'X') + "y",
                                             std::string(57, 'x') + "-2",
                                             std::string(60, 'x')};
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        test::seeded_random random(seed);
        const test::scratch_directory dir;
        std::map<std::uint64_t, std::vector<old_member>> networks;
        {
            test::version_1_database old(dir / "server.db");
            const auto count = 2 + random.below(30);
            for (std::uint32_t node = 1; node <= count; ++node) {
                const auto& nickname = nicknames[random.below(static_cast<std::uint32_t>(nicknames.size()))];
                old.account(node, nickname);
                for (const std::uint64_t network : {1U, 2U}) {
                    if (node == 1) old.network(static_cast<std::int64_t>(network), 1);
                    if (random.below(4) == 0) continue;
                    const auto joined = std::int64_t{random.below(3)};
                    old.member(static_cast<std::int64_t>(network), node, joined);
                    networks[network].emplace_back(joined, networks[network].size(), nickname);
                }
            }
        }
        std::map<std::uint64_t, std::vector<std::string>> found;
        const auto all = *server_database::open(dir / "server.db")->load();
        for (const auto& member : all.members)
            found[member.network].push_back(member.name);
        for (const auto& [network, members] : networks)
            CHECK(found[network] == names_for(members));
    }
}

TEST_CASE("a nickname that is empty becomes a name all the same") {
    const test::scratch_directory dir;
    {
        test::version_1_database old(dir / "server.db");
        old.account(1, "");
        old.account(2, "");
        old.network(1, 1);
        old.member(1, 1, 0);
        old.member(1, 2, 0);
    }
    const auto all = *server_database::open(dir / "server.db")->load();
    CHECK(all.members[0].name == "node");
    CHECK(all.members[1].name == "node-2");
}

}  // namespace
}  // namespace buri::store
