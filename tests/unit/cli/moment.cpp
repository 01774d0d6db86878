#include "cli/moment.hpp"

#include "buri/base/timestamp.hpp"

#include <catch2/catch.hpp>

using namespace buri;
using buri::cli::parse_moment;

namespace {

const auto now = *parse_rfc3339("2026-01-02T03:04:05Z");

std::string read(std::string_view text) {
    const auto when = parse_moment(text, now);
    return when ? to_rfc3339(*when) : "none";
}

}  // namespace

TEST_CASE("a day begins at midnight UTC", "[moment]") {
    CHECK(read("2027-01-31") == "2027-01-31T00:00:00Z");
    CHECK(read("2028-02-29") == "2028-02-29T00:00:00Z");
    CHECK(read("2025-01-01") == "2025-01-01T00:00:00Z");
}

TEST_CASE("a time is taken to UTC", "[moment]") {
    CHECK(read("2027-01-31T12:30:15Z") == "2027-01-31T12:30:15Z");
    CHECK(read("2027-01-31t12:30:15z") == "2027-01-31T12:30:15Z");
    CHECK(read("2027-01-31 12:30:15Z") == "2027-01-31T12:30:15Z");
    CHECK(read("2027-01-31T12:30:15.999Z") == "2027-01-31T12:30:15Z");
    CHECK(read("2027-01-31T12:30:15+01:00") == "2027-01-31T11:30:15Z");
    CHECK(read("2027-01-31T23:30:15.5-05:30") == "2027-02-01T05:00:15Z");
}

TEST_CASE("a duration begins now", "[moment]") {
    CHECK(read("24h") == "2026-01-03T03:04:05Z");
    CHECK(read("7d") == "2026-01-09T03:04:05Z");
    CHECK(read("1w") == "2026-01-09T03:04:05Z");
    CHECK(read("30m") == "2026-01-02T03:34:05Z");
    CHECK(read("90s") == "2026-01-02T03:05:35Z");
    CHECK(read("1d12h") == "2026-01-03T15:04:05Z");
}

TEST_CASE("what is no moment is none", "[moment]") {
    for (const auto* const text : {"",
                                   "yesterday",
                                   "0h",
                                   "0d0h",
                                   "24",
                                   "h",
                                   "-1h",
                                   "+1h",
                                   "1.5h",
                                   "1h30",
                                   "1H",
                                   "1 h",
                                   "36501d",
                                   "99999999999999999999s",
                                   "9223372036854775807w",
                                   "2027-02-29",
                                   "2027-13-01",
                                   "2027-1-31",
                                   "27-01-31",
                                   "2027-01-31T12:30:15",
                                   "2027-01-31T12:30",
                                   "2027-01-31T12:30Z",
                                   "2027-01-31T12:30:15.Z",
                                   "2027-01-31T12:30:15.xZ",
                                   "2027-01-31T12:30:15+0100",
                                   "2027-01-31T12:30:15+24:00",
                                   "2027-01-31T12:30:15+01:60",
                                   "2027-01-31T12:30:15+1:000",
                                   "1970-01-01T00:00:00+01:00",
                                   "9999-12-31T23:59:59-01:00",
                                   "2027-01-31T24:00:00Z",
                                   "Z",
                                   "+01:00"}) {
        CAPTURE(text);
        CHECK(read(text) == "none");
    }
}
