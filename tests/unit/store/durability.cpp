// What is acknowledged is on the disk: after kill -9, and when the disk is full.
#include "buri/store/server_database.hpp"
#include "buri/store/sqlite_connection.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/record_samples.hpp"
#include "tests/unit/store/small_disk.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace buri::store {
namespace {

using test::household;

/// A household and the entry that tells of it.
record_change told_household(std::uint32_t id, std::size_t blob_size) {
    auto change = household(id, blob_size);
    change.push_back(put_audit{test::audit(id)});
    return change;
}

/// The child: commits households from `first` on and tells each that was acknowledged.
[[noreturn]] void commit_until_killed(const std::filesystem::path& file, std::uint32_t first, int to) {
    auto database = server_database::open(file);
    for (auto id = first; database && database->commit(told_household(id, 1000)); ++id) {
        if (::write(to, &id, sizeof id) != sizeof id) break;
    }
    ::_exit(1);
}

/// Reads `least` acknowledgements, spins a little, kills, and reads those that were on their way. The last one, or 0.
std::uint32_t kill_somewhere(pid_t child, int from, std::uint32_t least, std::uint32_t spins) {
    std::uint32_t last = 0;
    std::uint32_t id = 0;
    for (; least > 0 && ::read(from, &id, sizeof id) == sizeof id; --least)
        last = id;
    for (volatile std::uint32_t spin = spins; spin > 0;)
        spin = spin - 1;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(from, &id, sizeof id) == sizeof id)
        last = id;
    return last;
}

TEST_CASE("after kill -9 every acknowledged change is there, whole, and the database opens") {
    const test::scratch_directory dir;
    const auto file = dir / "server.db";
    test::seeded_random random(2);
    std::uint32_t acknowledged = 0;
    for (int round = 0; round < 20; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto child = ::fork();
        if (child == 0) commit_until_killed(file, acknowledged + 1, ends[1]);
        ::close(ends[1]);
        acknowledged =
            std::max(acknowledged, kill_somewhere(child, ends[0], random.below(60), random.below(3'000'000)));
        ::close(ends[0]);

        auto database = server_database::open(file);
        INFO((database ? "" : database.error().text));
        REQUIRE(database);
        const auto all = database->load();
        REQUIRE(all);
        CHECK(all->accounts.size() >= acknowledged);
        CHECK(all->accounts.size() <= acknowledged + 1);
        CHECK(all->networks.size() == all->accounts.size());
        CHECK(all->members.size() == all->accounts.size());
        CHECK(all->next_audit == all->accounts.size() + 1);
        for (std::uint32_t i = 0; i < acknowledged; ++i)
            REQUIRE(all->accounts[i] == test::account(i + 1, 1000));
        acknowledged = static_cast<std::uint32_t>(all->accounts.size());
    }
    CHECK(acknowledged > 200);
    auto connection = sqlite_connection::open(file);
    CHECK(*connection->text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a full disk refuses changes, keeps every acknowledged one, and takes new ones once there is room") {
    test::small_disk disk("1m");
    const auto file = disk.path() / "server.db";
    std::uint32_t id = 0;
    {
        auto database = server_database::open(file);
        REQUIRE(database);
        disk.fill_up(200'000);
        auto done = database->commit(household(1, 4000));
        while (done && id < 1000)
            done = database->commit(household(++id + 1, 4000));
        REQUIRE_FALSE(done);
        CHECK(done.error().code == errc::disk_full);
        CHECK_THAT(done.error().text, Catch::Contains("the disk is full; nothing was changed"));
        CHECK(id > 1);
        CHECK(database->load()->accounts.size() == id);
        CHECK_FALSE(database->commit(household(id + 1, 4000)));
        CHECK(database->load()->members.size() == id);
    }
    disk.free_up();
    auto database = server_database::open(file);
    REQUIRE(database);
    CHECK(database->load()->accounts.size() == id);
    CHECK(database->commit(household(id + 1, 4000)));
    CHECK(database->load()->networks.size() == id + 1);
}

TEST_CASE("a change succeeds on the same connection once a full disk has room") {
    test::small_disk disk("1m");
    auto database = server_database::open(disk.path() / "server.db");
    REQUIRE(database);
    disk.fill_up(0);
    std::uint32_t id = 1;
    while (id < 1000 && database->commit(household(id, 4000)))
        ++id;
    REQUIRE(id < 1000);
    disk.free_up();
    CHECK(database->commit(household(id, 4000)));
    CHECK(database->load()->accounts.size() == id);
}

TEST_CASE("a database that a full disk does not let be made leaves no file") {
    test::small_disk disk("64k");
    disk.fill_up(0);
    const auto database = server_database::open(disk.path() / "server.db");
    REQUIRE_FALSE(database);
    CHECK(database.error().code == errc::disk_full);
    CHECK(test::names_in(disk.path()) == std::set<std::string>{"ballast"});
}

}  // namespace
}  // namespace buri::store
