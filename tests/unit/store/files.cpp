#include "buri/store/files.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/unit/store/directory_contents.hpp"
#include "tests/unit/store/small_disk.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace buri::store {
namespace {

using test::content_of;
using test::mode_of;
using test::names_in;
using test::put;

/// For root nothing is forbidden, so for a while the test is nobody.
class as_nobody {
public:
    as_nobody() { REQUIRE(::seteuid(65534) == 0); }
    as_nobody(const as_nobody&) = delete;
    as_nobody& operator=(const as_nobody&) = delete;
    ~as_nobody() { static_cast<void>(::seteuid(0)); }
};

TEST_CASE("a file is written with exactly the content and the mode asked for, whatever the umask") {
    const test::scratch_directory dir;
    const auto before = ::umask(0177);
    for (const mode_t mode : {0600, 0644, 0640}) {
        const std::string content("a\0b\n", 4);
        REQUIRE(write_file_durably(dir / "file", content, mode));
        CHECK(content_of(dir / "file") == content);
        CHECK(mode_of(dir / "file") == mode);
    }
    ::umask(before);
    CHECK(names_in(dir.path()) == std::set<std::string>{"file"});
}

TEST_CASE("replacing a file gives it the new mode and leaves nothing beside it") {
    const test::scratch_directory dir;
    put(dir / "file", "old and longer than the new");
    REQUIRE(write_file_durably(dir / "file", "new", 0600));
    CHECK(content_of(dir / "file") == "new");
    CHECK(mode_of(dir / "file") == 0600);
    CHECK(names_in(dir.path()).size() == 1);
}

TEST_CASE("a new file is not put over an existing one where that was forbidden") {
    const test::scratch_directory dir;
    put(dir / "file", "old");
    const auto written = write_file_durably(dir / "file", "new", 0600, if_exists::fail);
    REQUIRE_FALSE(written);
    CHECK(test::contains(written.error().text, (dir / "file").string() + "': it exists already"));
    CHECK(content_of(dir / "file") == "old");
    REQUIRE(write_file_durably(dir / "other", "new", 0600, if_exists::fail));
    CHECK(names_in(dir.path()) == std::set<std::string>{"file", "other"});
    CHECK(std::filesystem::hard_link_count(dir / "other") == 1);
}

TEST_CASE("a file is written by a path without a directory") {
    const test::scratch_directory dir;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(dir.path());
    CHECK(write_file_durably("file", "x", 0600));
    std::filesystem::current_path(before);
    CHECK(content_of(dir / "file") == "x");
}

TEST_CASE("what a crash left half written beside a file changes nothing") {
    const test::scratch_directory dir;
    put(dir / "node.toml", "old");
    put(dir / ".node.toml.aB3xYz", "ne");
    CHECK(*read_file(dir / "node.toml", 100) == "old");
    REQUIRE(write_file_durably(dir / "node.toml", "new", 0600));
    CHECK(*read_file(dir / "node.toml", 100) == "new");
}

TEST_CASE("a writer that is killed leaves one whole version") {
    const test::scratch_directory dir;
    const std::string a(100'000, 'a');
    const std::string b(100'000, 'b');
    REQUIRE(write_file_durably(dir / "file", a, 0600));
    test::seeded_random random(1);
    for (int round = 0; round < 20; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto child = ::fork();
        if (child == 0) {
            for (;;) {
                const bool ok = write_file_durably(dir / "file", b, 0600) && write_file_durably(dir / "file", a, 0600);
                if (!ok || ::write(ends[1], "x", 1) != 1) ::_exit(1);
            }
        }
        ::close(ends[1]);
        char one = 0;
        for (auto left = random.below(4) + 1; left > 0; --left)
            REQUIRE(::read(ends[0], &one, 1) == 1);
        for (volatile std::uint32_t spin = random.below(2'000'000); spin > 0;)
            spin = spin - 1;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ends[0]);
        const auto content = content_of(dir / "file");
        CHECK((content == a || content == b));
    }
}

TEST_CASE("a missing file reads as nothing") {
    const test::scratch_directory dir;
    const auto content = read_file(dir / "file", 10);
    REQUIRE(content);
    CHECK_FALSE(*content);
}

TEST_CASE("a file is read up to its limit and refused beyond it") {
    const test::scratch_directory dir;
    put(dir / "file", "");
    CHECK(*read_file(dir / "file", 0) == "");
    put(dir / "file", "0123456789");
    CHECK(*read_file(dir / "file", 10) == "0123456789");
    const auto longer = read_file(dir / "file", 9);
    REQUIRE_FALSE(longer);
    CHECK(longer.error().code == errc::state_unreadable);
    CHECK(test::contains(longer.error().text, "larger than 9 bytes"));
}

TEST_CASE("what is not a regular file is refused and does not hang") {
    const test::scratch_directory dir;
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    for (const auto& path : {dir / "fifo", dir.path(), std::filesystem::path("/dev/zero")}) {
        const auto content = read_file(path, 10);
        REQUIRE_FALSE(content);
        CHECK(content.error().code == errc::state_unreadable);
        CHECK(test::contains(content.error().text, path.string() + "': it is not a regular file"));
    }
}

TEST_CASE("a file in a missing directory, or below a file, is an error that names the path") {
    const test::scratch_directory dir;
    put(dir / "file", "x");
    for (const auto& path : {dir / "no/file", dir / "file/file"}) {
        const auto written = write_file_durably(path, "x", 0600);
        REQUIRE_FALSE(written);
        CHECK(written.error().code == errc::state_unreadable);
        CHECK(test::contains(written.error().text, "'" + path.string() + "'"));
    }
}

TEST_CASE("a file that may not be touched is a matter of permission") {
    if (::geteuid() != 0) FAIL("this test becomes another user: run it as root");
    const test::scratch_directory dir;
    put(dir / "file", "old");
    std::filesystem::permissions(dir / "file", std::filesystem::perms::owner_read);
    std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
    {
        const as_nobody nobody;
        const auto read = read_file(dir / "file", 10);
        const auto written = write_file_durably(dir / "file", "new", 0600);
        const auto made = make_directory(dir / "sub", 0700);
        REQUIRE_FALSE(read);
        REQUIRE_FALSE(written);
        REQUIRE_FALSE(made);
        CHECK(read.error().code == errc::permission);
        CHECK(written.error().code == errc::permission);
        CHECK(made.error().code == errc::permission);
        CHECK(test::contains(written.error().text, "permission denied. Run this as"));
    }
    CHECK(content_of(dir / "file") == "old");
}

TEST_CASE("a full disk leaves the old file and nothing else") {
    test::small_disk disk("64k");
    const auto file = disk.path() / "file";
    REQUIRE(write_file_durably(file, "old", 0600));
    disk.fill_up(8192);
    const auto written = write_file_durably(file, std::string(32'768, 'n'), 0600);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == errc::disk_full);
    CHECK(test::contains(written.error().text, "'" + file.string() + "': the disk is full; nothing was changed"));
    CHECK(content_of(file) == "old");
    CHECK(names_in(disk.path()) == std::set<std::string>{"ballast", "file"});
    disk.free_up();
    REQUIRE(write_file_durably(file, std::string(32'768, 'n'), 0600));
    CHECK(content_of(file).size() == 32'768);
}

TEST_CASE("a directory is made with its mode, with its parents, and once") {
    const test::scratch_directory dir;
    const auto before = ::umask(0077);
    REQUIRE(make_directory(dir / "a/b/c", 0750));
    ::umask(before);
    CHECK(mode_of(dir / "a/b/c") == 0750);
    CHECK(mode_of(dir / "a/b") == 0755);
    REQUIRE(make_directory(dir / "a/b/c/", 0700));
    CHECK(mode_of(dir / "a/b/c") == 0750);
    REQUIRE(make_directory(dir / "d/", 0700));
    CHECK(mode_of(dir / "d") == 0700);
}

TEST_CASE("a directory is not made where something else has its name") {
    const test::scratch_directory dir;
    put(dir / "file", "x");
    for (const auto& path : {dir / "file", dir / "file/sub"}) {
        const auto made = make_directory(path, 0700);
        REQUIRE_FALSE(made);
        CHECK(made.error().code == errc::state_unreadable);
    }
    CHECK(content_of(dir / "file") == "x");
}

TEST_CASE("a directory is not made in a file system that makes none") {
    CHECK_FALSE(make_directory("/proc/no/such", 0700));
}

TEST_CASE("a finished file gets its name unless that is taken") {
    const test::scratch_directory dir;
    test::put(dir / "file.part", "new");
    REQUIRE(rename_durably(dir / "file.part", dir / "file"));
    CHECK(test::names_in(dir.path()) == std::set<std::string>{"file"});

    test::put(dir / "file.part", "newer");
    const auto done = rename_durably(dir / "file.part", dir / "file");
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().text, Catch::Contains("'" + (dir / "file").string() + "': it exists already"));
    CHECK(test::content_of(dir / "file") == "new");
    CHECK(test::content_of(dir / "file.part") == "newer");
    CHECK_FALSE(rename_durably(dir / "file.part", dir / "missing" / "file"));
    CHECK_FALSE(rename_durably(dir / "missing.part", dir / "other"));
}

}  // namespace
}  // namespace buri::store
