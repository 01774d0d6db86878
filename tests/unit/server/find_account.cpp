#include "buri/server/find_account.hpp"

#include "tests/unit/server/server_fixture.hpp"

using namespace buri;

namespace {

core::directory directory_of(const std::vector<std::string>& nicknames) {
    directory_records records;
    for (const auto& nickname : nicknames)
        records.accounts.push_back(
            test::account(test::anna + static_cast<std::uint32_t>(records.accounts.size()), nickname));
    return core::directory(std::move(records));
}

}  // namespace

TEST_CASE("an account is found by its address, or by a nickname that only it has, without case", "[find_account]") {
    const auto records = directory_of({"anna", "Build-2"});
    CHECK(server::find_account(records, "100.64.0.2") == node_id{test::build});
    CHECK(server::find_account(records, "ANNA") == node_id{test::anna});
    CHECK(server::find_account(records, "build-2") == node_id{test::build});
}

TEST_CASE("an account that is not there is told with where to look", "[find_account]") {
    const auto records = directory_of({"anna", ""});
    for (const auto* const text : {"anne", "ann", "100.64.0.9", "0.0.0.0", "100.64.0", "*"}) {
        const auto found = server::find_account(records, text);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::account_unknown);
        CHECK_THAT(found.error().text, Catch::Contains(text) && Catch::Contains("vpn server accounts"));
    }
}

TEST_CASE("a nickname that several have is refused with up to five of their addresses", "[find_account]") {
    const auto two = server::find_account(directory_of({"build", "anna", "BUILD"}), "build");
    REQUIRE_FALSE(two);
    CHECK(two.error().code == errc::peer_ambiguous);
    CHECK_THAT(two.error().text, Catch::Contains("100.64.0.1, 100.64.0.3. Use the address"));

    const auto seven = server::find_account(directory_of(std::vector<std::string>(7, "pi")), "pi");
    REQUIRE_FALSE(seven);
    CHECK_THAT(seven.error().text, Catch::Contains("100.64.0.5 and 2 more.") && !Catch::Contains("100.64.0.6"));
}
