#include "daemon/log_sink.hpp"

#include "tests/support/scratch_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

using namespace buri;
using namespace buri::daemon;

namespace {

std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> out;
    std::ifstream from(file);
    for (std::string line; std::getline(from, line);)
        out.push_back(line);
    return out;
}

}  // namespace

TEST_CASE("a log file has a line an event, with the time in UTC, the level and the fields", "[log]") {
    const test::scratch_directory directory;
    const auto file = directory / "vpn.log";
    const auto sink = log_sink::open({log_level::info, file});
    REQUIRE(sink);
    const auto log = sink->lines();
    log.debug("not this one");
    log.info("peer is direct", {{"peer", "100.64.0.7"}});
    log.error("a forged\nline", {{"reason", "x\ny"}});
    const auto lines = lines_of(file);
    REQUIRE(lines.size() >= 2);
    CHECK(std::regex_match(
        lines[0], std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info peer is direct peer=100\.64\.0\.7)")));
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600);
}

TEST_CASE("a log is appended to", "[log]") {
    const test::scratch_directory directory;
    const auto file = directory / "vpn.log";
    for (int i = 0; i < 2; ++i)
        log_sink::open({log_level::info, file})->lines().info("started");
    CHECK(lines_of(file).size() == 2);
}

TEST_CASE("a log that cannot be written is an error", "[log]") {
    const auto log = log_sink::open({log_level::info, "/no/such/folder/vpn.log"});
    REQUIRE_FALSE(log);
    CHECK(log.error().code == errc::state_unreadable);
}

TEST_CASE("the level can change while lines are written", "[log]") {
    const test::scratch_directory directory;
    auto sink = log_sink::open({log_level::warning, directory / "vpn.log"});
    REQUIRE(sink);
    const auto log = sink->lines();
    log.info("too early");
    sink->set_level(log_level::debug);
    log.debug("in time");
    sink->set_level(log_level::error);
    log.warning("too late");
    const auto lines = lines_of(directory / "vpn.log");
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::EndsWith(" debug in time"));
}

TEST_CASE("a level is one of four words", "[log]") {
    CHECK(parse_log_level("debug") == log_level::debug);
    CHECK(parse_log_level("info") == log_level::info);
    CHECK(parse_log_level("warning") == log_level::warning);
    CHECK(parse_log_level("error") == log_level::error);
    for (const auto* word : {"", "Info", "warn", "trace"})
        CHECK(parse_log_level(word).error().code == errc::config);
}
