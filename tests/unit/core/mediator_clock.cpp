// The wall clock is set, and dates are as far away as dates can be.
#include "buri/base/timestamp.hpp"
#include "tests/unit/core/mediation.hpp"

using namespace buri;
using namespace buri::test;

namespace {

struct household : mediation {
    household() {
        auto settings = usual_settings();
        settings.plans = core::plan_table({free_plan(), premium_plan()}, "free");
        configure(settings);
        olga = make_account("olga");
        come_online(olga);
    }
    /// The plan that the node was told last.
    std::string plan_told() {
        const auto all = told<wire::plan_event>(olga);
        return all.empty() ? "none" : all.back().plan.name;
    }
    node_id olga;
};

}  // namespace

TEST_CASE("a plan that ends in the year 9999 is looked at as seldom as any") {
    household on;
    on.set_plan(on.olga, "premium", parse_rfc3339("9999-12-31T23:59:59Z"));
    CHECK(on.plan_told() == "premium");
    on.advance(1s);
    CHECK(on.server->next_deadline() > on.now + 1min);
    on.advance(24h);
    CHECK(on.server->next_deadline() > on.now);
}

TEST_CASE("a wall clock that is set forward ends a plan, and set back it goes on and ends again") {
    household on;
    on.advance(1s);
    on.set_plan(on.olga, "premium", on.today + std::chrono::days(30));
    on.forget();
    on.today += std::chrono::days(365 * 50);
    on.advance(61min);
    CHECK(on.plan_told() == "free");
    on.today -= std::chrono::days(365 * 50);
    on.advance(61min);
    CHECK(on.plan_told() == "premium");
    on.today += std::chrono::days(30);
    on.advance(61min);
    CHECK(on.plan_told() == "free");
}
