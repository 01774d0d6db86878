#include "buri/store/database_backup.hpp"

#include "buri/store/server_database.hpp"
#include "buri/store/sqlite_connection.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/record_samples.hpp"
#include "tests/unit/store/small_disk.hpp"
#include "tests/unit/store/version_1_database.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <optional>

namespace buri::store {
namespace {

using test::content_of;
using test::household;

const std::vector<backup_file> host_files{{"host.pem", std::string("a key\0with a zero", 17)}, {"server.toml", ""}};

/// A backup of a small server with all kinds of records.
void make_backup(const test::scratch_directory& dir) {
    auto database = *server_database::open(dir / "server.db");
    REQUIRE(database.commit(test::town()));
    auto backup = *database.begin_backup(dir / "backup", host_files);
    const auto done = backup.step(1000);
    INFO((done ? "" : done.error().text));
    REQUIRE(done);
    REQUIRE(*done);
}

TEST_CASE("a restored backup has equal records, the audit log and the other files, and counts on") {
    const test::scratch_directory dir;
    make_backup(dir);
    CHECK(test::mode_of(dir / "backup") == 0600);
    const auto before = content_of(dir / "backup");
    const auto files = restore_backup(dir / "backup", dir / "new.db");
    INFO((files ? "" : files.error().text));
    REQUIRE(files);
    CHECK(*files == host_files);
    CHECK(content_of(dir / "backup") == before);
    CHECK(test::mode_of(dir / "new.db") == 0600);
    CHECK(test::names_in(dir.path()) == std::set<std::string>{"backup", "new.db", "server.db"});
    auto old = *server_database::open(dir / "server.db");
    auto restored = *server_database::open(dir / "new.db");
    CHECK(test::same(*restored.load(), *old.load()));
    CHECK(*restored.read_audit({}) == *old.read_audit({}));
    CHECK(restored.commit({put_audit{test::audit(2)}}));
    CHECK_FALSE(restored.commit({put_audit{test::audit(1)}}));
}

TEST_CASE("no other file of a backup is left in the restored database") {
    const test::scratch_directory dir;
    {
        auto database = *server_database::open(dir / "server.db");
        auto backup = *database.begin_backup(dir / "backup", {{"host.pem", std::string(20'000, 's') + "secret key"}});
        REQUIRE(*backup.step(1000));
    }
    CHECK_THAT(content_of(dir / "backup"), Catch::Contains("secret key"));
    REQUIRE(restore_backup(dir / "backup", dir / "new.db"));
    CHECK_FALSE(test::contains(content_of(dir / "new.db"), "secret key"));
    CHECK_FALSE(test::contains(content_of(dir / "new.db"), "ssss"));
    auto connection = *sqlite_connection::open(dir / "new.db");
    CHECK(*connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'backup_files'") == 0);
    CHECK(*connection.text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a backup that is taken while changes go on has all that came before its last step") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    for (std::uint32_t id = 1; id <= 100; ++id)
        REQUIRE(database.commit(household(id, 1000)));
    auto backup = *database.begin_backup(dir / "backup", host_files);
    test::seeded_random random(5);
    std::uint32_t next = 101;
    std::optional<directory_records> last;
    for (bool is_done = false; !is_done;) {
        auto renamed = test::account(1 + random.below(next - 1), 1000);
        renamed.nickname = "after-" + std::to_string(next);
        record_change change{put_account{renamed}};
        // The database grows more slowly than it is copied.
        if (next < 150) {
            const auto more = household(next, 1000);
            change.insert(change.end(), more.begin(), more.end());
            ++next;
        }
        REQUIRE(database.commit(change));
        // A change that fails makes the copy begin anew.
        if (next == 110) CHECK_FALSE(database.commit({put_account{renamed}, put_member{test::member(9999, 1)}}));
        last = *database.load();
        const auto stepped = backup.step(5);
        INFO((stepped ? "" : stepped.error().text));
        REQUIRE(stepped);
        is_done = *stepped;
        CHECK(std::filesystem::exists(dir / "backup") == is_done);
    }
    CHECK(next > 110);
    REQUIRE(database.commit(household(5000)));
    REQUIRE(restore_backup(dir / "backup", dir / "new.db"));
    CHECK(test::same(*server_database::open(dir / "new.db")->load(), *last));
    CHECK(database.load()->accounts.size() == last->accounts.size() + 1);
    CHECK(*backup.step(1));
}

TEST_CASE("a backup is a database that a server can open as it is") {
    const test::scratch_directory dir;
    make_backup(dir);
    const auto all = server_database::open(dir / "server.db")->load();
    CHECK(test::same(*server_database::open(dir / "backup")->load(), *all));
}

TEST_CASE("a backup that is given up leaves nothing, and another can be taken at once") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    for (std::uint32_t id = 1; id <= 50; ++id)
        REQUIRE(database.commit(household(id, 1000)));
    const auto names = test::names_in(dir.path());
    {
        auto backup = *database.begin_backup(dir / "backup", host_files);
        CHECK_FALSE(*backup.step(1));
        CHECK(test::names_in(dir.path()).contains("backup.part"));
        CHECK(database.commit(household(51)));
    }
    CHECK(test::names_in(dir.path()) == names);
    CHECK(database.commit(household(52)));
    CHECK(*database.begin_backup(dir / "backup", host_files)->step(-1));
}

TEST_CASE("a backup under way may be given up after its database was closed") {
    const test::scratch_directory dir;
    std::optional<server_database> database = *server_database::open(dir / "server.db");
    REQUIRE(database->commit(test::town()));
    std::optional<database_backup> backup = *database->begin_backup(dir / "backup", host_files);
    CHECK_FALSE(*backup->step(1));
    database.reset();
    backup.reset();
    CHECK(test::names_in(dir.path()) == std::set<std::string>{"server.db"});
    CHECK(server_database::open(dir / "server.db")->load()->accounts.size() == 2);
}

TEST_CASE("two backups of one server can be under way") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    REQUIRE(database.commit(test::town()));
    auto one = *database.begin_backup(dir / "one", host_files);
    auto two = *database.begin_backup(dir / "two", {});
    CHECK_FALSE(*one.step(1));
    CHECK_FALSE(*two.step(1));
    REQUIRE(database.commit(household(8)));
    CHECK(*one.step(1000));
    CHECK(*two.step(1000));
    for (const auto* const name : {"one", "two"})
        CHECK(test::same(*server_database::open(dir / name)->load(), *database.load()));
}

TEST_CASE("a backup replaces nothing") {
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    for (const auto* const taken : {"backup", "backup.part", "backup-wal", "backup-journal"}) {
        CAPTURE(taken);
        test::put(dir / taken, "precious");
        const auto begun = database.begin_backup(dir / "backup", {});
        REQUIRE_FALSE(begun);
        CHECK_THAT(begun.error().text, Catch::Contains("'" + (dir / taken).string() + "': it exists already"));
        CHECK(content_of(dir / taken) == "precious");
        std::filesystem::remove(dir / taken);
    }
    std::filesystem::create_symlink("/nowhere/at/all", dir / "backup");
    CHECK_FALSE(database.begin_backup(dir / "backup", {}));
    std::filesystem::remove(dir / "backup");
    const auto nowhere = database.begin_backup(dir / "missing" / "backup", {});
    REQUIRE_FALSE(nowhere);
    CHECK_THAT(nowhere.error().text, Catch::Contains("missing/backup"));

    auto late = *database.begin_backup(dir / "backup", {});
    test::put(dir / "backup", "precious");
    const auto done = late.step(1000);
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().text, Catch::Contains("it exists already"));
    CHECK(content_of(dir / "backup") == "precious");
}

TEST_CASE("a restore replaces nothing, neither a database nor the log of one") {
    const test::scratch_directory dir;
    make_backup(dir);
    for (const auto* const taken : {"new.db", "new.db-wal", "new.db.part"}) {
        CAPTURE(taken);
        test::put(dir / taken, "precious");
        const auto files = restore_backup(dir / "backup", dir / "new.db");
        REQUIRE_FALSE(files);
        CHECK_THAT(files.error().text, Catch::Contains((dir / taken).string() + "': it exists already"));
        CHECK(content_of(dir / taken) == "precious");
        std::filesystem::remove(dir / taken);
    }
    CHECK(test::names_in(dir.path()) == std::set<std::string>{"backup", "server.db"});
}

/// The refusal names the file and leaves the directory as it is.
error refusal(const test::scratch_directory& dir) {
    const auto names = test::names_in(dir.path());
    const auto before = content_of(dir / "backup");
    const auto files = restore_backup(dir / "backup", dir / "new.db");
    REQUIRE_FALSE(files);
    CHECK(test::names_in(dir.path()) == names);
    CHECK(content_of(dir / "backup") == before);
    CHECK_THAT(files.error().text, Catch::Contains((dir / "backup").string()));
    return files.error();
}

/// A sound backup with one thing changed by another program.
void edit(const test::scratch_directory& dir, const char* sql) {
    std::filesystem::remove(dir / "backup");
    std::filesystem::remove(dir / "server.db");
    make_backup(dir);
    auto connection = *sqlite_connection::open(dir / "backup");
    const auto done = connection.execute(sql);
    INFO((done ? "" : done.error().text));
    REQUIRE(done);
}

TEST_CASE("what is no backup is refused by name, and why") {
    const test::scratch_directory dir;
    CHECK_THAT(restore_backup(dir / "backup", dir / "new.db").error().text, Catch::Contains("No such file"));
    test::put(dir / "backup", "");
    CHECK_THAT(refusal(dir).text, Catch::Contains("it is empty"));
    test::put(dir / "backup", "hello");
    CHECK_THAT(refusal(dir).text, Catch::Contains("it is not a database"));
    const std::pair<const char*, std::string> rows[] = {
        {"PRAGMA application_id = 5", "it belongs to another program"},
        {"DROP TABLE backup_files", "it is a server's own database, not a backup"},
        {"PRAGMA journal_mode = WAL", "it is a server's own database, not a backup"},
        {"UPDATE backup_files SET name = '../host.pem' WHERE name = 'host.pem'", "no sound name"},
        {"UPDATE backup_files SET name = '' WHERE name = 'host.pem'", "no sound name"},
        {"UPDATE backup_files SET name = '..' WHERE name = 'host.pem'", "no sound name"},
        {"UPDATE backup_files SET name = '/etc/passwd' WHERE name = 'host.pem'", "no sound name"},
        {"UPDATE backup_files SET name = 'a' || char(0) || 'b' WHERE name = 'host.pem'", "no sound name"},
        {"UPDATE accounts SET nickname = char(7)", "row 1 of the table accounts"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM accounts WHERE id = 1", "names what is not there"},
        {"DROP TABLE licences", "no such table: licences"},
    };
    for (const auto& [sql, wanted] : rows) {
        CAPTURE(sql);
        edit(dir, sql);
        const auto why = refusal(dir);
        CHECK(why.code == errc::state_unreadable);
        CHECK_THAT(why.text, Catch::Contains(wanted));
    }
    edit(dir, "PRAGMA user_version = 99");
    CHECK(refusal(dir).code == errc::state_newer);
}

TEST_CASE("a backup that was cut short is refused, and one with damaged pages is refused or restored, never a crash") {
    const test::scratch_directory dir;
    make_backup(dir);
    const auto whole = content_of(dir / "backup");
    for (const auto size : {1UL, 99UL, 100UL, 4096UL, 8192UL, whole.size() - 4096, whole.size() - 1}) {
        CAPTURE(size);
        test::put(dir / "backup", whole.substr(0, size));
        CHECK(refusal(dir).code == errc::state_unreadable);
    }
    test::seeded_random random(3);
    for (int round = 0; round < 40; ++round) {
        auto damaged = whole;
        const auto start = 100 + random.below(static_cast<std::uint32_t>(whole.size()) - 200);
        for (std::size_t i = 0; i < 64; ++i)
            damaged[start + i] = static_cast<char>(random.u32());
        test::put(dir / "backup", damaged);
        static_cast<void>(restore_backup(dir / "backup", dir / "new.db"));
        CHECK_FALSE(test::names_in(dir.path()).contains("new.db.part"));
        std::filesystem::remove(dir / "new.db");
    }
}

TEST_CASE("a backup of an older version is brought up to date as it is restored") {
    const test::scratch_directory dir;
    {
        test::version_1_database old(dir / "backup");
        old.account(1, "anna");
    }
    auto connection = *sqlite_connection::open(dir / "backup");
    REQUIRE(connection.execute("PRAGMA journal_mode = DELETE; CREATE TABLE backup_files (name TEXT, content BLOB)"));
    const auto files = restore_backup(dir / "backup", dir / "new.db");
    INFO((files ? "" : files.error().text));
    REQUIRE(files);
    CHECK(files->empty());
    CHECK(server_database::open(dir / "new.db")->load()->accounts[0].nickname == "anna");
}

TEST_CASE("a disk that fills up ends a backup with an error and without a trace, and the server goes on") {
    test::small_disk disk("200k");
    const test::scratch_directory dir;
    auto database = *server_database::open(dir / "server.db");
    for (std::uint32_t id = 1; id <= 100; ++id)
        REQUIRE(database.commit(household(id, 4000)));
    {
        auto backup = *database.begin_backup(disk.path() / "backup", host_files);
        auto done = backup.step(10);
        while (done && !*done)
            done = backup.step(10);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == errc::disk_full);
        CHECK_THAT(done.error().text, Catch::Contains((disk.path() / "backup").string()));
        CHECK(database.commit(household(200)));
    }
    CHECK(test::names_in(disk.path()).empty());
    CHECK(*database.begin_backup(dir / "backup", host_files)->step(-1));
}

}  // namespace
}  // namespace buri::store
