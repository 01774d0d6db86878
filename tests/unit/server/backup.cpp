#include "buri/server/restore.hpp"
#include "buri/store/files.hpp"
#include "tests/unit/server/server_fixture.hpp"

#include <sys/stat.h>

#include <fstream>
#include <set>

using namespace buri;
using test::server_fixture;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777U;
}

std::string content(const fs::path& path) {
    auto text = store::read_file(path, 1U << 20U);
    REQUIRE(text);
    return text->value_or("");
}

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> out;
    for (const auto& entry : fs::directory_iterator(directory))
        out.insert(entry.path().filename());
    return out;
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
}

/// Enough that a backup takes many steps.
record_change crowd() {
    auto out = test::household();
    for (std::uint32_t i = 0; i < 20000; ++i)
        out.push_back(put_account{test::account(0x64410000 + i, "node-" + std::to_string(i) + std::string(20, 'x'))});
    return out;
}

}  // namespace

TEST_CASE("a backup is a server: keys, configuration and everything acknowledged before it", "[backup]") {
    server_fixture world;
    REQUIRE(world.run(world.administration().async_set_plan({"anna", "free", {}})));
    const auto done = world.run(world.administration().async_backup(world / "b"));
    REQUIRE(done);
    CHECK(done->at("file") == (world / "b").string());
    CHECK(done->at("bytes") == fs::file_size(world / "b"));
    CHECK(mode_of(world / "b") == 0600);

    const auto again = server::restore(world / "b", world / "new");
    REQUIRE(again);
    CHECK(again->accounts == 3);
    CHECK(again->networks == 1);
    for (const auto& file : server::small_state_files()) {
        CHECK(content(world / "new" / file.name) == content(world.state() / file.name));
        CHECK(mode_of(world / "new" / file.name) == file.mode);
    }
    CHECK(mode_of(world / "new/server.db") == 0600);
    server_fixture restored({}, world / "new");
    CHECK(restored.administration().accounts() == world.administration().accounts());
    CHECK(restored.administration().networks() == world.administration().networks());
    CHECK(*restored.administration().log({}) == *world.administration().log({}));
    CHECK(restored.administration().status()["fingerprint_ed25519"] ==
          world.administration().status()["fingerprint_ed25519"]);
}

TEST_CASE("the server goes on while a backup is made, and what changes meanwhile is whole in it", "[backup]") {
    server_fixture world(crowd());
    auto& operate = world.administration();
    const auto backup = world.begin(operate.async_backup(world / "b"));
    int changes = 0;
    while (!*backup && world.step()) {
        const auto plan = ++changes % 2 == 0 ? "free" : "premium";
        bool done = false;
        world.sessions().operate(core::set_plan{{test::anna}, plan, {}},
                                 [&](const auto& outcome) { done = outcome.has_value(); });
        REQUIRE(done);
    }
    REQUIRE(*backup);
    REQUIRE(**backup);
    CHECK(changes > 5);
    const auto again = server::restore(world / "b", world / "new");
    REQUIRE(again);
    CHECK(again->accounts == 20003);
}

TEST_CASE("a backup overwrites nothing and needs an absolute path", "[backup]") {
    server_fixture world;
    auto& operate = world.administration();
    write(world / "b", "precious");
    const auto refused = world.run(operate.async_backup(world / "b"));
    REQUIRE_FALSE(refused);
    CHECK(content(world / "b") == "precious");
    const auto relative = world.run(operate.async_backup("b"));
    REQUIRE_FALSE(relative);
    CHECK(relative.error().code == errc::usage);
    CHECK_FALSE(world.run(operate.async_backup(world / "no/such/folder/b")));
    CHECK(names_in(world.state().parent_path()) == std::set<std::string>{"b", "state"});
}

TEST_CASE("a restore touches no directory that has anything of a server", "[restore]") {
    server_fixture world;
    REQUIRE(world.run(world.administration().async_backup(world / "b")));
    for (const auto* const name : {"server.toml", "server.db", "server.db-wal", "host_rsa.pem"}) {
        const test::scratch_directory other;
        write(other / name, "x");
        const auto refused = server::restore(world / "b", other.path());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == errc::already_initialised);
        CHECK_THAT(refused.error().text, Catch::Contains(name));
        CHECK(names_in(other.path()) == std::set<std::string>{name});
    }
    const test::scratch_directory empty;
    CHECK(server::restore(world / "b", empty.path()));
}

TEST_CASE("what a killed restore left is in nobody's way, and does not stay", "[restore]") {
    server_fixture world;
    REQUIRE(world.run(world.administration().async_backup(world / "b")));
    const test::scratch_directory target;
    fs::create_directory(target / "restore.part");
    write(target / "restore.part/server.db", "half");
    write(target / "notes.txt", "mine");
    REQUIRE(server::restore(world / "b", target.path()));
    CHECK(names_in(target.path()) == std::set<std::string>{"host_ed25519.pem", "host_ed25519.pub", "host_rsa.pem",
                                                           "host_rsa.pub", "lock", "notes.txt", "server.db",
                                                           "server.toml"});
}

TEST_CASE("a restore that was killed between two files is no server, and is done again", "[restore]") {
    server_fixture world;
    REQUIRE(world.run(world.administration().async_backup(world / "b")));
    const test::scratch_directory target;
    fs::create_directory(target / "restore.part");
    fs::copy_file(world.state() / "host_rsa.pem", target / "restore.part/host_rsa.pem");
    write(target / "server.db", "moved already");
    write(target / "host_ed25519.pem", "moved already");
    crypto::system_random random;
    const auto refused = server::initialise({target.path(), "vpn.example.org", {}, {}}, random);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::state_unreadable);
    const bool is_bad_first = GENERATE(true, false);
    if (is_bad_first) {
        write(world / "bad", "no backup");
        CHECK_FALSE(server::restore(world / "bad", target.path()));
    }
    REQUIRE(server::restore(world / "b", target.path()));
    CHECK(server::load_host_keys(target.path()));
    CHECK_FALSE(fs::exists(target / "restore.part"));
    const auto made = server::initialise({target.path(), "vpn.example.org", {}, {}}, random);
    REQUIRE(made);
    CHECK_FALSE(made->made);
}

TEST_CASE("what is no backup of a server is refused and leaves nothing", "[restore]") {
    server_fixture world;
    auto& operate = world.administration();
    REQUIRE(world.run(operate.async_backup(world / "b")));
    write(world / "text", "not a backup");
    auto damaged = content(world / "b");
    damaged.resize(damaged.size() / 2);
    write(world / "half", damaged);
    fs::copy(server::database_path(world.state()), world / "plain");
    for (const auto* const name : {"text", "half", "plain", "absent", "state"}) {
        CAPTURE(name);
        CHECK_FALSE(server::restore(world / name, world / "new"));
        CHECK_FALSE(fs::exists(world / "new"));
        const test::scratch_directory kept;
        CHECK_FALSE(server::restore(world / name, kept.path()));
        for (const auto& left : names_in(kept.path()))
            CHECK(left == "lock");
    }
}

TEST_CASE("a backup without a host key is not restored", "[restore]") {
    const test::scratch_directory directory;
    auto database = store::server_database::open(directory / "server.db");
    REQUIRE(database);
    auto backup = database->begin_backup(directory / "b", {{"server.toml", "ula = \"fd12:3456:789a:1::/64\"\n"}});
    REQUIRE(backup);
    while (!*backup->step(1000)) {
    }
    const auto refused = server::restore(directory / "b", directory / "new");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::state_unreadable);
    CHECK_THAT(refused.error().text, Catch::Contains("host_ed25519.pem"));
    CHECK_FALSE(fs::exists(directory / "new"));
}
