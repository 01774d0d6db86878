#include "buri/base/log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;

namespace {

std::string line_with(std::string value) {
    std::string out;
    const logger log([&](log_level, std::string_view line) { out = line; });
    log.info("peer joined", {{"peer", std::move(value)}});
    return out;
}

}  // namespace

TEST_CASE("a line is its text and its fields") {
    CHECK(line_with("ada") == "peer joined peer=ada");
    CHECK(line_with("[2001:db8::1]:4000") == "peer joined peer=[2001:db8::1]:4000");
}

TEST_CASE("a value with blanks or without anything is quoted") {
    CHECK(line_with("ada l") == "peer joined peer=\"ada l\"");
    CHECK(line_with("") == "peer joined peer=\"\"");
}

TEST_CASE("a value cannot forge a line or a field") {
    CHECK(line_with("x\nerror forged=yes") == "peer joined peer=\"x?error forged=yes\"");
    CHECK(line_with("x\r\n") == "peer joined peer=\"x??\"");
    CHECK(line_with("x\" forged=\"yes") == "peer joined peer=\"x\\\" forged=\\\"yes\"");
    CHECK(line_with("x\\\" forged=yes") == "peer joined peer=\"x\\\\\\\" forged=yes\"");
    CHECK(line_with("\x1b[31mred") == "peer joined peer=\"?[31mred\"");
    for (int c = 0; c < 256; ++c) {
        const auto line = line_with(std::string(1, static_cast<char>(c)));
        CAPTURE(c, line);
        CHECK(std::ranges::all_of(
            line, [](char shown) { return static_cast<unsigned char>(shown) >= 0x20 && shown != 0x7f; }));
    }
}

TEST_CASE("every level reaches the sink as itself") {
    std::vector<log_level> seen;
    const logger log([&](log_level level, std::string_view) { seen.push_back(level); });
    log.debug("a");
    log.info("b");
    log.warning("c");
    log.error("d");
    CHECK(seen == std::vector{log_level::debug, log_level::info, log_level::warning, log_level::error});
}

TEST_CASE("a logger without a sink says nothing") {
    logger().error("nobody listens", {{"peer", "ada"}});
}
