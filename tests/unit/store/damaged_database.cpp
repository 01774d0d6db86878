#include "buri/store/server_database.hpp"
#include "buri/store/sqlite_connection.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/record_samples.hpp"

#include <catch2/catch.hpp>

namespace buri::store {
namespace {

using test::content_of;
using test::household;

void make(const std::filesystem::path& file, std::uint32_t households = 1) {
    auto database = server_database::open(file);
    REQUIRE(database);
    for (std::uint32_t id = 1; id <= households; ++id)
        REQUIRE(database->commit(household(id)));
}

/// With a row in every table.
void make_town(const std::filesystem::path& file) {
    auto database = server_database::open(file);
    REQUIRE(database);
    REQUIRE(database->commit(test::town()));
}

/// As an operator would, with another program.
void edit(const std::filesystem::path& file, const char* sql) {
    auto connection = sqlite_connection::open(file);
    REQUIRE(connection);
    const auto done = connection->execute(sql);
    INFO((done ? "" : done.error().text));
    REQUIRE(done);
}

/// The database is refused, and no byte and no name in its directory is another one afterwards.
error refusal(const std::filesystem::path& file, std::span<const migration> schema = server_schema()) {
    const auto names = test::names_in(file.parent_path());
    std::vector<std::string> before;
    for (const auto& name : names)
        before.push_back(content_of(file.parent_path() / name));
    const auto opened = server_database::open(file, schema);
    REQUIRE_FALSE(opened);
    CHECK(test::names_in(file.parent_path()) == names);
    std::vector<std::string> after;
    for (const auto& name : names)
        after.push_back(content_of(file.parent_path() / name));
    CHECK(before == after);
    CHECK_THAT(opened.error().text, Catch::Contains(file.string()));
    return opened.error();
}

TEST_CASE("a newer database is refused with both versions and left as it is") {
    const test::scratch_directory dir;
    make(dir / "server.db");
    edit(dir / "server.db", "PRAGMA user_version = 99");
    const auto why = refusal(dir / "server.db");
    CHECK(why.code == errc::state_newer);
    CHECK_THAT(why.text, Catch::Contains("it has version 99, and this program knows versions up to 3"));
}

TEST_CASE("a newer version that is only in the log is seen too, and the log stays") {
    const test::scratch_directory dir;
    make(dir / "server.db");
    {
        auto connection = sqlite_connection::open(dir / "server.db");
        REQUIRE(connection->execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA user_version = 99"));
        connection->keep_log();
    }
    REQUIRE(std::filesystem::file_size(dir / "server.db-wal") > 0);
    CHECK(refusal(dir / "server.db").code == errc::state_newer);
}

TEST_CASE("what is no database is refused and left as it is") {
    const test::scratch_directory dir;
    test::seeded_random random(7);
    bytes noise(20'000);
    random.fill(noise);
    const std::string texts[] = {"x",
                                 "this is a letter, not a database\n",
                                 std::string(99, 'S'),
                                 to_string(noise),
                                 "SQLite format 3",
                                 std::string("SQLite format 3\0", 16)};
    for (const auto& text : texts) {
        test::put(dir / "server.db", text);
        const auto why = refusal(dir / "server.db");
        CHECK(why.code == errc::state_unreadable);
        CHECK_THAT(why.text, Catch::Contains("it is not a database"));
    }
}

TEST_CASE("a database of another program is refused and left as it is") {
    const test::scratch_directory dir;
    test::put(dir / "server.db", "");
    edit(dir / "server.db", "CREATE TABLE bookmarks (url TEXT)");
    CHECK_THAT(refusal(dir / "server.db").text, Catch::Contains("belongs to another program"));
    edit(dir / "server.db", "PRAGMA application_id = 77");
    CHECK_THAT(refusal(dir / "server.db").text, Catch::Contains("belongs to another program"));
}

TEST_CASE("a directory in the place of the database is refused") {
    const test::scratch_directory dir;
    std::filesystem::create_directory(dir / "server.db");
    const auto opened = server_database::open(dir / "server.db");
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().text, Catch::Contains("not a regular file"));
}

TEST_CASE("a missing directory is an error that names the file") {
    const test::scratch_directory dir;
    const auto opened = server_database::open(dir / "missing/server.db");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == errc::state_unreadable);
    CHECK_THAT(opened.error().text, Catch::Contains("missing/server.db"));
}

TEST_CASE("an empty file, as a crash at the first start leaves it, becomes a database") {
    const test::scratch_directory dir;
    test::put(dir / "server.db", "");
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database);
    CHECK(database->commit(household(1)));
    CHECK(test::mode_of(dir / "server.db") == 0600);
}

TEST_CASE("a database that was cut short is refused") {
    const test::scratch_directory dir;
    make(dir / "server.db", 200);
    const auto whole = content_of(dir / "server.db");
    for (const auto pages : {1U, 2U, 5U}) {
        test::put(dir / "server.db", whole.substr(0, pages * 4096));
        CHECK(refusal(dir / "server.db").code == errc::state_unreadable);
    }
}

TEST_CASE("damaged pages are an error at the start or a database that works, never a crash") {
    const test::scratch_directory dir;
    make(dir / "server.db", 100);
    const auto whole = content_of(dir / "server.db");
    test::seeded_random random(11);
    for (int round = 0; round < 60; ++round) {
        auto damaged = whole;
        const auto start = 100 + random.below(static_cast<std::uint32_t>(whole.size()) - 200);
        for (std::size_t i = 0; i < 64; ++i)
            damaged[start + i] = static_cast<char>(random.u32());
        test::put(dir / "server.db", damaged);
        auto opened = server_database::open(dir / "server.db");
        if (!opened) continue;
        static_cast<void>(opened->load());
        static_cast<void>(opened->commit(household(1000)));
    }
}

TEST_CASE("a row that points to nothing is refused at the start") {
    const std::pair<std::string, std::string> rows[] = {
        {"networks", "heir = 8"}, {"members", "network = 8"}, {"members", "node = 8"},          {"bans", "network = 8"},
        {"bans", "node = 8"},     {"invites", "network = 8"}, {"announcements", "network = 8"},
    };
    for (const auto& [table, what] : rows) {
        CAPTURE(table, what);
        const test::scratch_directory dir;
        make_town(dir / "server.db");
        edit(dir / "server.db",
             ("PRAGMA foreign_keys = OFF; UPDATE " + table + " SET " + what + " WHERE rowid = 1").c_str());
        CHECK_THAT(refusal(dir / "server.db").text, Catch::Contains("the table " + table + " names what is not there"));
    }
}

/// The records are refused, by table and row.
void check_unreadable(const std::string& sql, const std::string& table) {
    CAPTURE(sql);
    const test::scratch_directory dir;
    make_town(dir / "server.db");
    edit(dir / "server.db", sql.c_str());
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database);
    const auto all = database->load();
    REQUIRE_FALSE(all);
    CHECK(all.error().code == errc::state_unreadable);
    const std::string row = table == "relays" ? "row 2" : "row 1";
    CHECK_THAT(all.error().text,
               Catch::Contains(row + " of the table " + table + " holds") && Catch::Contains("restore a backup"));
}

TEST_CASE("rows that no rule can have written are told by table and row") {
    const std::pair<std::string, std::vector<std::string>> tables[] = {
        {"accounts",
         {"nickname = 'a' || char(10)", "nickname = 'ü'", "key_blob = zeroblob(id * 4097)", "created = -5",
          "created = 9223372036854775807", "plan = 'FREE'", "plan_until = -1"}},
        {"networks",
         {"name = 'a b c d'", "password_hash = 'ü'", "created = -1", "is_locked = 2", "needs_approval = -1",
          "is_unencrypted = 7", "welcome = char(7)", "welcome = CAST(x'c3' AS TEXT)", "welcome = printf('%1025d', 1)"}},
        {"members",
         {"joined = -1", "name = 'a b' || char(9) || node", "name = char(252) || node", "is_waiting = 2",
          "privileges = -1", "privileges = 64", "privileges = 4294967296", "is_welcomed = 2",
          "last_announcement = -1"}},
        {"bans",
         {"key_digest = x'01'", "nickname = char(10)", "reason = char(0)", "banned_by = -1", "banned_by = 4294967296",
          "since = -1", "until = -1"}},
        {"invites",
         {"token_digest = x''", "made_by = 0", "created = -1", "expires = -1", "max_uses = -1", "max_uses = 4294967296",
          "uses = 2", "is_approved = 2"}},
        {"announcements", {"author = 0", "author_name = 'ü'", "at = -1", "text = char(27)"}},
        {"licences",
         {"id = x'01'", "plan = ''", "only_for = 0", "months = 0", "made = 253402300800", "used_by = -1", "used = -1"}},
        {"relays", {"name = ''", "name = char(9)", "region = 'ü'", "token_digest = x'01'", "created = -1"}},
    };
    for (const auto& [table, changes] : tables) {
        for (const auto& change : changes)
            check_unreadable("UPDATE " + table + " SET " + change, table);
    }
}

/// The table as it is, but open for values of any type.
std::string loosened(sqlite_connection& connection, const std::string& table) {
    auto sql = *connection.text("SELECT sql FROM sqlite_schema WHERE name = '" + table + "'");
    sql.erase(sql.rfind("STRICT"));
    return "CREATE TABLE kept AS SELECT * FROM " + table + "; DROP TABLE " + table + "; " + sql + "; INSERT INTO " +
           table + " SELECT * FROM kept; DROP TABLE kept; ";
}

TEST_CASE("a value of another type than the program writes is refused, at the start or when it is read") {
    const test::scratch_directory dir;
    for (const std::string table :
         {"accounts", "networks", "members", "bans", "invites", "announcements", "licences", "relays", "audit"}) {
        make_town(dir / "sound.db");
        auto sound = sqlite_connection::open(dir / "sound.db");
        auto columns = *sound->prepare("SELECT name, type = 'BLOB' FROM pragma_table_info('" + table +
                                       "') WHERE NOT (pk = 1 AND name = 'id' AND type = 'INTEGER')");
        int count = 0;
        while (*columns.step()) {
            const auto column = *columns.text(0);
            CAPTURE(table, column);
            const auto wrong = columns.integer(1) == 1 ? "'text'" : "x'c3'";
            std::filesystem::copy_file(dir / "sound.db", dir / "server.db");
            const auto change = "UPDATE " + table + " SET \"" + column + "\" = " + wrong +
                                " WHERE rowid = (SELECT min(rowid) FROM " + table + ")";
            edit(dir / "server.db", (loosened(*sound, table) + change).c_str());
            const auto read = server_database::open(dir / "server.db").and_then([](server_database database) {
                return database.load().and_then([&](const directory_records&) { return database.read_audit({}); });
            });
            REQUIRE_FALSE(read);
            CHECK(read.error().code == errc::state_unreadable);
            CHECK_THAT(read.error().text, Catch::Contains(table));
            std::filesystem::remove(dir / "server.db");
            ++count;
        }
        CHECK(count > 2);
        columns.reset();
        sound = sqlite_connection::open(dir / "sound.db");
        std::filesystem::remove(dir / "sound.db");
    }
}

TEST_CASE("a missing table is an error at the start") {
    for (const std::string table :
         {"accounts", "networks", "members", "bans", "invites", "announcements", "licences", "relays", "audit"}) {
        CAPTURE(table);
        const test::scratch_directory dir;
        { REQUIRE(server_database::open(dir / "server.db")); }
        edit(dir / "server.db", ("DROP TABLE " + table).c_str());
        const auto opened = server_database::open(dir / "server.db");
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == errc::state_unreadable);
        CHECK_THAT(opened.error().text, Catch::Contains("no such table") && Catch::Contains(table));
    }
}

// Migrations: version 4 here is made up.
TEST_CASE("an older database is brought up to date with its records, and is then too new for the old program") {
    const auto released = server_schema();
    const migration schema[] = {
        released[0], released[1], released[2], {4, "ALTER TABLE accounts ADD COLUMN note TEXT"}};
    const test::scratch_directory dir;
    make(dir / "server.db", 3);
    {
        auto database = server_database::open(dir / "server.db", schema);
        REQUIRE(database);
        CHECK(database->load()->accounts.size() == 3);
        CHECK(database->commit(household(4)));
    }
    CHECK(server_database::open(dir / "server.db", schema)->load()->accounts.size() == 4);
    CHECK(refusal(dir / "server.db").code == errc::state_newer);
}

TEST_CASE("a migration that fails leaves the old version, which still works") {
    const char* const steps[] = {
        "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1)",
        "CREATE TABLE extra (x); INSERT INTO invites VALUES (8, 8, x'00', 8, 8, 8, 8, 8, 8)",
    };
    for (const auto* const step : steps) {
        const auto released = server_schema();
        const migration schema[] = {released[0], released[1], released[2], {4, step}};
        const test::scratch_directory dir;
        make(dir / "server.db");
        CHECK_FALSE(server_database::open(dir / "server.db", schema));
        CHECK(server_database::open(dir / "server.db")->load()->accounts.size() == 1);
        auto connection = sqlite_connection::open(dir / "server.db");
        CHECK(*connection->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'") == 0);
    }
}

}  // namespace
}  // namespace buri::store
