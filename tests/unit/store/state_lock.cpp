#include "buri/store/state_lock.hpp"

#include "tests/unit/store/directory_contents.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace buri::store {
namespace {

TEST_CASE("the lock holds the number of its process, and the second who asks is told it") {
    const test::scratch_directory dir;
    const auto lock = state_lock::acquire(dir.path());
    REQUIRE(lock);
    CHECK(test::content_of(dir / "lock") == std::to_string(::getpid()) + "\n");
    CHECK(test::mode_of(dir / "lock") == 0600);
    const auto second = state_lock::acquire(dir.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::daemon_running);
    CHECK(test::contains(second.error().text, "process " + std::to_string(::getpid()) + " uses it"));
    CHECK(test::contains(second.error().text, dir.path().string()));
}

TEST_CASE("a lock that was given up can be taken again, and is not lost by a move") {
    const test::scratch_directory dir;
    {
        auto first = state_lock::acquire(dir.path());
        REQUIRE(first);
        const state_lock moved(std::move(*first));
        CHECK_FALSE(state_lock::acquire(dir.path()));
    }
    CHECK(state_lock::acquire(dir.path()));
}

TEST_CASE("a number of another length leaves no digits of the old one") {
    const test::scratch_directory dir;
    test::put(dir / "lock", "12345678901234\n");
    REQUIRE(state_lock::acquire(dir.path()));
    CHECK(test::content_of(dir / "lock") == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a lock without a sensible number still says that somebody holds it") {
    const test::scratch_directory dir;
    const auto lock = state_lock::acquire(dir.path());
    REQUIRE(lock);
    for (const auto* const text : {"", "\n", "12x\n", "-1\n"}) {
        test::put(dir / "lock", text);
        const auto second = state_lock::acquire(dir.path());
        REQUIRE_FALSE(second);
        CHECK(test::contains(second.error().text, "another process uses it"));
    }
}

TEST_CASE("the lock goes with its process, even one that is killed") {
    const test::scratch_directory dir;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    if (child == 0) {
        const auto lock = state_lock::acquire(dir.path());
        if (::write(ends[1], lock ? "y" : "n", 1) != 1) ::_exit(1);
        for (;;)
            ::pause();
    }
    char is_locked = 'n';
    REQUIRE(::read(ends[0], &is_locked, 1) == 1);
    REQUIRE(is_locked == 'y');
    const auto refused = state_lock::acquire(dir.path());
    REQUIRE_FALSE(refused);
    CHECK(test::contains(refused.error().text, "process " + std::to_string(child) + " "));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(state_lock::acquire(dir.path()));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a state directory that is missing is an error that names it") {
    const test::scratch_directory dir;
    const auto lock = state_lock::acquire(dir / "missing");
    REQUIRE_FALSE(lock);
    CHECK(lock.error().code == errc::state_unreadable);
    CHECK(test::contains(lock.error().text, "missing/lock"));
}

}  // namespace
}  // namespace buri::store
