#pragma once
// A change that must not happen: refused, and nothing of it is there.
#include "buri/store/server_database.hpp"
#include "tests/unit/store/record_samples.hpp"

#include <catch2/catch.hpp>

namespace buri::test {

inline void check_refused(store::server_database& database, const record_change& change) {
    const auto before = *database.load();
    const auto done = database.commit(change);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::internal);
    CHECK_THAT(done.error().text, Catch::Contains("Nothing was changed"));
    CHECK(same(*database.load(), before));
}

}  // namespace buri::test
