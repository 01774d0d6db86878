#include "daemon/detach.hpp"

#include "tests/support/scratch_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

using namespace buri;
using namespace buri::daemon;

namespace {

struct heard {
    std::vector<progress_step> steps;
    std::vector<key_question> questions;
    std::vector<wire::json> ready;
    bool trusts = false;

    process_hooks hooks() {
        process_hooks out;
        out.progress = [this](const progress_step& step) { steps.push_back(step); };
        out.confirm_key = [this](const key_question& question) {
            questions.push_back(question);
            return trusts;
        };
        out.ready = [this](const wire::json& status) { ready.push_back(status); };
        return out;
    }
};

/// Until every copy of the write end is closed: the child has ended, and could not have done so before.
struct life_line {
    int read_end = -1;
    int write_end = -1;
    life_line() {
        int ends[2] = {-1, -1};
        REQUIRE(::pipe(ends) == 0);
        read_end = ends[0];
        write_end = ends[1];
    }
    life_line(const life_line&) = delete;
    life_line& operator=(const life_line&) = delete;
    ~life_line() { ::close(read_end); }
    void wait_for_end() const {
        ::close(write_end);
        char c = 0;
        while (::read(read_end, &c, 1) > 0) {
        }
    }
};

std::string content(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

}  // namespace

TEST_CASE("the caller hears progress and returns when the process is ready", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    const life_line life;
    const auto outcome = run_detached({.log_file = directory / "folder/vpn.log"}, listening.hooks(),
                                      [](const process_hooks& hooks) -> result<void> {
                                          hooks.progress({"key", "made"});
                                          hooks.progress({"address", "100.64.0.1"});
                                          hooks.ready({{"state", "online"}, {"sid", ::getsid(0) == ::getpid()}});
                                          hooks.progress({"late", "nobody hears this"});
                                          return {};
                                      });
    life.wait_for_end();
    CHECK(outcome);
    CHECK(listening.steps == std::vector<progress_step>{{"key", "made"}, {"address", "100.64.0.1"}});
    REQUIRE(listening.ready.size() == 1);
    CHECK(listening.ready[0] == wire::json{{"state", "online"}, {"sid", true}});
}

TEST_CASE("the caller hears why the process failed", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    const auto outcome = run_detached(
        {.log_file = directory / "vpn.log"}, listening.hooks(),
        [](const process_hooks&) -> result<void> { return fail(errc::no_tun, "cannot open /dev/net/tun"); });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == make_error(errc::no_tun, "cannot open /dev/net/tun"));
    CHECK(listening.ready.empty());
}

TEST_CASE("the caller's answer about a key reaches the process", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    listening.trusts = GENERATE(true, false);
    const auto outcome = run_detached(
        {.log_file = directory / "vpn.log"}, listening.hooks(), [](const process_hooks& hooks) -> result<void> {
            const bool yes = hooks.confirm_key({{"vpn.example.org", 443, std::nullopt}, "SHA256:abc", "ed25519"});
            if (!yes) return fail(errc::server_key_unknown);
            hooks.ready({});
            return {};
        });
    CHECK(outcome.has_value() == listening.trusts);
    REQUIRE(listening.questions.size() == 1);
    CHECK(listening.questions[0].server.host == "vpn.example.org");
    CHECK(listening.questions[0].server.port == 443);
    CHECK(listening.questions[0].fingerprint == "SHA256:abc");
    CHECK(listening.questions[0].key_type == "ed25519");
}

TEST_CASE("nobody to ask means no", "[detach]") {
    const test::scratch_directory directory;
    const auto outcome =
        run_detached({.log_file = directory / "vpn.log"}, {}, [](const process_hooks& hooks) -> result<void> {
            return hooks.confirm_key({}) ? result<void>() : fail(errc::server_key_unknown);
        });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::server_key_unknown);
}

TEST_CASE("a process that dies is reported with its log", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    const auto killed =
        run_detached({.log_file = directory / "vpn.log"}, listening.hooks(), [](const process_hooks&) -> result<void> {
            std::signal(SIGTERM, SIG_DFL);
            ::raise(SIGTERM);
            return {};
        });
    REQUIRE_FALSE(killed);
    CHECK(killed.error().code == errc::internal);
    CHECK(killed.error().text.find("signal 15") != std::string::npos);
    CHECK(killed.error().text.find((directory / "vpn.log").string()) != std::string::npos);

    const auto ended = run_detached({.log_file = directory / "vpn.log"}, listening.hooks(),
                                    [](const process_hooks&) -> result<void> { return {}; });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == errc::internal);
}

TEST_CASE("a process that is not ready in time goes on", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    const life_line life;
    int go[2] = {-1, -1};
    REQUIRE(::pipe(go) == 0);
    const auto outcome = run_detached({.log_file = directory / "vpn.log", .timeout = std::chrono::milliseconds(20)},
                                      listening.hooks(), [&](const process_hooks& hooks) -> result<void> {
                                          char c = 0;
                                          ::close(go[1]);
                                          [[maybe_unused]] const auto held = ::read(go[0], &c, 1);
                                          hooks.progress({"late", "nobody is there"});
                                          hooks.ready({});
                                          std::ofstream(directory / "went-on") << "yes";
                                          return {};
                                      });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::timed_out);
    ::close(go[0]);
    ::close(go[1]);
    life.wait_for_end();
    CHECK(content(directory / "went-on") == "yes");
}

TEST_CASE("what the process prints goes to its log, which is private", "[detach]") {
    const test::scratch_directory directory;
    heard listening;
    const life_line life;
    const auto log = directory / "vpn.log";
    const auto outcome =
        run_detached({.log_file = log}, listening.hooks(), [](const process_hooks& hooks) -> result<void> {
            [[maybe_unused]] const auto out = ::write(STDOUT_FILENO, "out\n", 4);
            [[maybe_unused]] const auto err = ::write(STDERR_FILENO, "err\n", 4);
            hooks.ready({});
            return {};
        });
    life.wait_for_end();
    CHECK(outcome);
    CHECK(content(log) == "out\nerr\n");
    struct stat found {};
    REQUIRE(::stat(log.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600);
}

TEST_CASE("without a place for its log nothing is started", "[detach]") {
    const auto outcome =
        run_detached({.log_file = "/proc/no/vpn.log"}, {}, [](const process_hooks&) -> result<void> { return {}; });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().text.find("/proc/no/vpn.log") != std::string::npos);
}
