// The log of administrative acts in the database: it grows at one end and is pruned at the other.
#include "buri/store/server_database.hpp"
#include "buri/store/sqlite_connection.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/record_samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

namespace buri::store {
namespace {

using test::audit;

std::vector<std::uint64_t> ids(const result<std::vector<audit_record>>& entries) {
    REQUIRE(entries);
    std::vector<std::uint64_t> out;
    for (const auto& entry : *entries)
        out.push_back(entry.id);
    return out;
}

using numbers = std::vector<std::uint64_t>;

/// Entries 1 to 10: the odd ones about network 1, the even ones about network 2 but 10, which is about none. One a
/// minute from time 1000 on.
server_database ten_entries(const test::scratch_directory& dir) {
    auto database = *server_database::open(dir / "server.db");
    for (std::uint64_t id = 1; id <= 10; ++id) {
        const auto network = id == 10 ? 0 : 2 - id % 2;
        REQUIRE(database.commit({put_audit{audit(id, network, 940 + 60 * static_cast<std::int64_t>(id))}}));
    }
    return database;
}

TEST_CASE("an entry of the audit log comes back as it was written") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    audit_record odd{1ULL << 62U,  test::at(0),   {},     "",   "plan",        0, "",
                     {0xffffffff}, "J\xc3\xb6rg", "a\nb", "\t", "plan_unknown"};
    REQUIRE(database.commit({put_audit{audit(3)}, put_audit{odd}}));
    CHECK(*database.read_audit({}) == std::vector{audit(3), odd});
    CHECK(database.load()->next_audit == (1ULL << 62U) + 1);
}

TEST_CASE("the newest entries that were asked for are read, the oldest of them first") {
    const test::scratch_directory dir;
    auto database = ten_entries(dir);
    CHECK(ids(database.read_audit({})) == numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(ids(database.read_audit({{}, 0, 3})) == numbers{8, 9, 10});
    CHECK(ids(database.read_audit({{}, 7, 1000})) == numbers{8, 9, 10});
    CHECK(ids(database.read_audit({{}, 7, 2})) == numbers{9, 10});
    CHECK(ids(database.read_audit({{}, 10, 2})).empty());
    CHECK(ids(database.read_audit({{}, std::numeric_limits<std::uint64_t>::max(), 2})).empty());
    CHECK(ids(database.read_audit({{}, 0, 0})).empty());
    CHECK(ids(database.read_audit({1, 0, 1000})) == numbers{1, 3, 5, 7, 9});
    CHECK(ids(database.read_audit({2, 2, 2})) == numbers{6, 8});
    CHECK(ids(database.read_audit({0, 0, 1000})) == numbers{10});
    CHECK(ids(database.read_audit({3, 0, 1000})).empty());
    CHECK(ids(database.read_audit({std::numeric_limits<std::uint64_t>::max(), 0, 1000})).empty());
}

TEST_CASE("reading the log of one network does not go through the others'") {
    const test::scratch_directory dir;
    ten_entries(dir);
    auto connection = *sqlite_connection::open(dir / "server.db");
    auto plan = *connection.prepare(
        "EXPLAIN QUERY PLAN SELECT act FROM audit WHERE id > 1 AND network = 2 ORDER BY id DESC LIMIT 3");
    REQUIRE(*plan.step());
    CHECK_THAT(*plan.text(3), Catch::Contains("audit_by_network (network=? AND rowid>?)"));
    CHECK_FALSE(*plan.step());
}

TEST_CASE("an unsound entry is told by its row") {
    const test::scratch_directory dir;
    { ten_entries(dir); }
    {
        auto connection = *sqlite_connection::open(dir / "server.db");
        REQUIRE(connection.execute("DROP TRIGGER audit_never_changes; UPDATE audit SET act = '' WHERE id = 4"));
    }
    auto database = *server_database::open(dir / "server.db");
    const auto entries = database.read_audit({});
    REQUIRE_FALSE(entries);
    CHECK(entries.error().code == errc::state_unreadable);
    CHECK_THAT(entries.error().text, Catch::Contains("row 4 of the table audit"));
    CHECK(ids(database.read_audit({1, 0, 1000})) == numbers{1, 3, 5, 7, 9});
}

TEST_CASE("the audit log loses its oldest entries by age or by number, and never the newest") {
    struct row {
        std::int64_t keep_since;
        std::uint64_t keep_count;
        std::uint64_t gone;
    };
    const row rows[] = {
        {0, 0, 0},      {0, 10, 0},   {0, 11, 0},   {0, 9, 1},
        {0, 3, 7},      {0, 1, 9},    {1000, 0, 0}, {1001, 0, 1},
        {1060, 0, 1},   {1061, 0, 2}, {1540, 0, 9}, {1541, 0, 9},
        {99'999, 0, 9}, {1061, 3, 7}, {1420, 9, 7}, {0, std::numeric_limits<std::uint64_t>::max(), 0},
    };
    for (const auto& [keep_since, keep_count, gone] : rows) {
        CAPTURE(keep_since, keep_count);
        const test::scratch_directory dir;
        auto database = ten_entries(dir);
        const auto pruned = database.prune_audit(test::at(keep_since), keep_count);
        INFO((pruned ? "" : pruned.error().text));
        REQUIRE(pruned);
        CHECK(*pruned == gone);
        numbers left;
        for (auto id = gone + 1; id <= 10; ++id)
            left.push_back(id);
        CHECK(ids(database.read_audit({})) == left);
        CHECK(database.load()->next_audit == 11);
        CHECK(*database.prune_audit(test::at(keep_since), keep_count) == 0);
        CHECK(database.commit({put_audit{audit(11)}}));
    }
}

TEST_CASE("pruning goes by the number of entries, not by their ids, and stops at the first that is young enough") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    CHECK(*database.prune_audit(test::at(99), 1) == 0);
    REQUIRE(database.commit({put_audit{audit(5, 1, 1000)}, put_audit{audit(100, 1, 5000)},
                             put_audit{audit(101, 1, 1000)}, put_audit{audit(9000, 1, 6000)}}));
    CHECK(*database.prune_audit(test::at(0), 4) == 0);
    CHECK(*database.prune_audit(test::at(2000), 4) == 1);
    CHECK(ids(database.read_audit({})) == numbers{100, 101, 9000});
    CHECK(*database.prune_audit(test::at(0), 2) == 1);
    CHECK(ids(database.read_audit({})) == numbers{101, 9000});
}

TEST_CASE(
    "the database refuses to change the audit log, to lose any but its oldest entries, and to insert between them") {
    const test::scratch_directory dir;
    { ten_entries(dir); }
    auto connection = *sqlite_connection::open(dir / "server.db");
    const auto before = *connection.text("SELECT group_concat(id || act || at) FROM audit");
    const std::string row =
        " INTO audit SELECT 5, at, actor, actor_name, 'forged', network, network_name, target, "
        "target_name, before, after, result FROM audit WHERE id = 5";
    const std::string attempts[] = {
        "UPDATE audit SET act = 'other'",
        "UPDATE audit SET id = 50 WHERE id = 10",
        "UPDATE OR REPLACE audit SET id = 3 WHERE id = 4",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 2",
        "DELETE FROM audit WHERE id = 10",
        "DELETE FROM audit WHERE id > 1 AND id < 5",
        "INSERT" + row,
        "INSERT OR REPLACE" + row,
        "REPLACE" + row,
        "INSERT" + row + " ON CONFLICT (id) DO UPDATE SET act = 'forged'",
    };
    for (const auto& sql : attempts) {
        CAPTURE(sql);
        const auto done = connection.execute(sql.c_str());
        REQUIRE_FALSE(done);
        CHECK_THAT(done.error().text, Catch::Contains("audit log"));
        CHECK(*connection.text("SELECT group_concat(id || act || at) FROM audit") == before);
    }
    CHECK(connection.execute("DELETE FROM audit WHERE id = 1"));
    CHECK(connection.execute("DELETE FROM audit WHERE id < 4"));
    CHECK(*connection.integer("SELECT min(id) FROM audit") == 4);
}

TEST_CASE("the audit log outlives everything that it tells of") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    REQUIRE(database.commit(test::town()));
    REQUIRE(database.commit({erase_network{1}, erase_account{{1}}, erase_account{{2}}}));
    CHECK(*database.read_audit({1, 0, 1000}) == std::vector{audit(1)});
}

}  // namespace
}  // namespace buri::store
