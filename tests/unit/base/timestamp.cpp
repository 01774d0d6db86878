#include "buri/base/timestamp.hpp"

#include <catch2/catch.hpp>

using namespace buri;

namespace {

wall_time at(std::int64_t seconds) {
    return wall_time(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("a time is written in UTC to the second, and read back", "[timestamp]") {
    CHECK(to_rfc3339(at(0)) == "1970-01-01T00:00:00Z");
    CHECK(to_rfc3339(at(1'772'356'320)) == "2026-03-01T09:12:00Z");
    for (const std::int64_t seconds : {0LL, 59LL, 951'782'399LL, 951'868'799LL, 1'772'356'320LL, 253'402'300'799LL})
        CHECK(parse_rfc3339(to_rfc3339(at(seconds))) == at(seconds));
}

TEST_CASE("a time that does not exist, or is written otherwise, is none", "[timestamp]") {
    for (const auto* const text : {"",
                                   "2026-03-01",
                                   "2026-03-01T09:12:00",
                                   "2026-03-01 09:12:00Z",
                                   "2026-03-01T09:12:00z",
                                   "2026-03-01T09:12Z",
                                   "2026-03-01T09:12:00+01:00",
                                   "2026-03-01T09:12:00.5Z",
                                   "2026-02-29T00:00:00Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-01-00T00:00:00Z",
                                   "2026-04-31T00:00:00Z",
                                   "2026-03-01T24:00:00Z",
                                   "2026-03-01T09:60:00Z",
                                   "2026-03-01T09:12:60Z",
                                   "1969-12-31T23:59:59Z",
                                   "+026-03-01T09:12:00Z",
                                   " 2026-03-01T09:12:00Z",
                                   "2026-03-01T09:12:00Z ",
                                   "2026-03-01T-1:12:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
}
