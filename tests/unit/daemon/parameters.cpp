#include "daemon/parameters.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>

using namespace buri;
using namespace buri::daemon;
using wire::json;

namespace {

template <typename T>
void check_wrong(const result<T>& outcome, const std::string& name) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::malformed);
    CHECK_THAT(outcome.error().text, Catch::Contains("'" + name + "'"));
}

}  // namespace

TEST_CASE("a text is a text of a sane length", "[parameters]") {
    CHECK(parameters::text({{"a", "x"}}, "a") == "x");
    CHECK(parameters::optional_text({{"a", nullptr}}, "a")->has_value() == false);
    CHECK(parameters::optional_text(json::object(), "a")->has_value() == false);
    CHECK(parameters::text({{"a", std::string(1024, 'x')}}, "a"));
    check_wrong(parameters::text({{"a", std::string(1025, 'x')}}, "a"), "a");
    check_wrong(parameters::text(json::object(), "a"), "a");
    check_wrong(parameters::text({{"a", nullptr}}, "a"), "a");
    for (const json& other : {json(1), json(true), json(1.5), json::array({"x"}), json::object()})
        check_wrong(parameters::optional_text({{"a", other}}, "a"), "a");
}

TEST_CASE("a number is whole and in its range", "[parameters]") {
    const auto number = [](const json& value) { return parameters::number({{"n", value}}, "n", 1, 1000); };
    CHECK(number(1) == 1U);
    CHECK(number(1000) == 1000U);
    for (const json& other :
         {json(0), json(1001), json(-1), json(1.0), json("1"), json(true), json::array(),
          json(std::numeric_limits<std::uint64_t>::max()), json(std::numeric_limits<std::int64_t>::min())})
        check_wrong(number(other), "n");
    check_wrong(number(nullptr), "n");
    CHECK(parameters::optional_number({{"n", nullptr}}, "n", 1, 2)->has_value() == false);
    CHECK_FALSE(parameters::optional_number({{"n", -1}}, "n", 0, 5));
    CHECK(**parameters::optional_number({{"n", 0}}, "n", 0, 5) == 0);
}

TEST_CASE("a flag is true or false, and nothing that looks like it", "[parameters]") {
    CHECK(**parameters::optional_flag({{"f", true}}, "f"));
    CHECK(parameters::optional_flag(json::object(), "f")->has_value() == false);
    for (const json& other : {json(1), json("true"), json::array()})
        check_wrong(parameters::optional_flag({{"f", other}}, "f"), "f");
}

TEST_CASE("a time is RFC 3339 in UTC", "[parameters]") {
    const auto when = parameters::optional_time({{"t", "2027-01-31T12:00:00Z"}}, "t");
    REQUIRE(when);
    CHECK((*when)->time_since_epoch().count() == 1'801'396'800);
    for (const json& other : {json("2027-01-31"), json("tomorrow"), json(5), json("")})
        check_wrong(parameters::optional_time({{"t", other}}, "t"), "t");
}

TEST_CASE("seconds are a number from nothing to a week", "[parameters]") {
    CHECK(parameters::seconds(json::object(), "s", 5) == std::chrono::seconds(5));
    CHECK(parameters::seconds({{"s", 0.5}}, "s", 5) == std::chrono::milliseconds(500));
    for (const json& other : {json(-1), json(1e300), json("5"), json(true), json(7 * 24 * 3600 + 1)})
        check_wrong(parameters::seconds({{"s", other}}, "s", 5), "s");
}

TEST_CASE("a parameter that a method does not have is refused by name", "[parameters]") {
    constexpr std::array<std::string_view, 2> names{"node", "plan"};
    CHECK(parameters::only({{"node", 1}}, names));
    CHECK(parameters::only(json::object(), names));
    check_wrong(parameters::only({{"node", 1}, {"nodes", 1}}, names), "nodes");
    check_wrong(parameters::only({{"", 1}}, names), "");
}
