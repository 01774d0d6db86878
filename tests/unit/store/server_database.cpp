#include "buri/store/server_database.hpp"

#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/record_samples.hpp"
#include "tests/unit/store/refused_change.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <limits>

namespace buri::store {
namespace {

using test::account;
using test::check_refused;
using test::household;
using test::member;
using test::network;

TEST_CASE("a new database is empty, private, and its first network gets the id 1") {
    const test::scratch_directory dir;
    const auto before = ::umask(0);
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database);
    REQUIRE(database->commit(household(1)));
    ::umask(before);
    CHECK(test::mode_of(dir / "server.db") == 0600);
    CHECK(test::mode_of(dir / "server.db-wal") == 0600);

    auto fresh = server_database::open(dir / "other.db");
    CHECK(test::same(*fresh->load(), directory_records()));
}

TEST_CASE("records come back from a reopened database as they were committed") {
    const test::scratch_directory dir;
    auto odd = account(0xffffffff);
    odd.nickname.clear();
    odd.plan = "family-2";
    odd.plan_until = test::at(0);
    auto open_network = network(7, 1);
    open_network.password_hash.clear();
    open_network.is_locked = open_network.needs_approval = open_network.is_unencrypted = true;
    open_network.welcome = "Gr\xc3\xbc\xc3\x9f Gott\n\tto all";
    open_network.heir = {0xffffffff};
    auto waiting = member(7, 0xffffffff);
    waiting.is_waiting = true;
    waiting.is_welcomed = false;
    waiting.privileges = {privilege::password, privilege::message};
    waiting.last_announcement = 1ULL << 62U;
    {
        auto database = server_database::open(dir / "server.db");
        REQUIRE(database->commit(household(1)));
        REQUIRE(database->commit({put_account{odd}, put_network{open_network}, put_member{waiting}}));
    }
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database);
    const auto all = database->load();
    REQUIRE(all);
    CHECK(all->accounts == std::vector{account(1), odd});
    CHECK(all->networks == std::vector{network(1, 1), open_network});
    CHECK(all->networks[0].name.text() == "Net-1");
    CHECK(all->members == std::vector{member(1, 1), waiting});
    CHECK(all->next_network == 8);
}

TEST_CASE("putting a record that exists replaces it") {
    const test::scratch_directory dir;
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database->commit(household(1)));
    auto new_account = account(1, 60);
    new_account.nickname = "renamed";
    auto new_network = network(1, 1);
    new_network.password_hash = "other";
    const auto new_member = member(1, 1, 1'800'000'000);
    REQUIRE(database->commit({put_account{new_account}, put_network{new_network}, put_member{new_member}}));
    const auto all = *database->load();
    CHECK(all.accounts == std::vector{new_account});
    CHECK(all.networks == std::vector{new_network});
    CHECK(all.members == std::vector{new_member});
}

TEST_CASE("members are in the order of joining, also within one second and after a restart") {
    const test::scratch_directory dir;
    {
        auto database = server_database::open(dir / "server.db");
        REQUIRE(database->commit(household(9)));
        for (const std::uint32_t id : {5U, 3U, 7U}) {
            REQUIRE(database->commit({put_account{account(id)}, put_member{member(9, id)}}));
        }
        REQUIRE(database->commit({put_account{account(1)}, put_member{member(9, 1, 1'600'000'000)}}));
    }
    const auto all = *server_database::open(dir / "server.db")->load();
    std::vector<std::uint32_t> order;
    for (const auto& each : all.members)
        order.push_back(each.node.value);
    CHECK(order == std::vector<std::uint32_t>{1, 9, 5, 3, 7});
}

TEST_CASE("erasing a network takes its members, and its id is never free again") {
    const test::scratch_directory dir;
    {
        auto database = server_database::open(dir / "server.db");
        REQUIRE(database->commit(household(1)));
        REQUIRE(database->commit(household(100)));
        REQUIRE(database->commit({erase_network{100}, erase_account{{100}}}));
        CHECK(database->load()->next_network == 101);
    }
    const auto all = *server_database::open(dir / "server.db")->load();
    CHECK(all.members == std::vector{member(1, 1)});
    CHECK(all.accounts == std::vector{account(1)});
    CHECK(all.next_network == 101);
}

TEST_CASE("erasing what is not there changes nothing and is no error") {
    const test::scratch_directory dir;
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database->commit(household(1)));
    const auto before = *database->load();
    CHECK(database->commit({erase_member{5, {5}}, erase_network{5}, erase_account{{5}}}));
    CHECK(database->commit({}));
    CHECK(test::same(*database->load(), before));
}

TEST_CASE("the order of operations in a change does not matter for what they refer to") {
    const test::scratch_directory dir;
    auto database = server_database::open(dir / "server.db");
    CHECK(database->commit({put_member{member(1, 1)}, put_network{network(1, 1)}, put_account{account(1)}}));
    CHECK(database->commit({erase_account{{1}}, erase_network{1}}));
    CHECK(database->load()->accounts.empty());
}

TEST_CASE("a change that fails midway leaves nothing, and the next one succeeds") {
    const test::scratch_directory dir;
    auto database = server_database::open(dir / "server.db");
    REQUIRE(database->commit(household(1)));
    auto same_key = account(3);
    same_key.key_blob = account(1).key_blob;
    check_refused(*database, {put_account{account(2)}, erase_member{1, {1}}, put_account{same_key}});
    auto same_name = network(2, 1);
    same_name.name = *network_name::parse("nET-1");
    check_refused(*database, {put_account{account(2)}, put_network{same_name}});
    CHECK(database->commit(household(2)));
    CHECK(database->load()->accounts.size() == 2);
}

TEST_CASE("a second process is told that the database is in use") {
    const test::scratch_directory dir;
    auto first = server_database::open(dir / "server.db");
    REQUIRE(first->commit(household(1)));
    const auto second = server_database::open(dir / "server.db");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::state_unreadable);
    CHECK_THAT(second.error().text, Catch::Contains("another program uses it"));
    CHECK(first->commit(household(2)));
}

}  // namespace
}  // namespace buri::store
