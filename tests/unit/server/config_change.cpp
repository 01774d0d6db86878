#include "buri/server/config_change.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace buri;
using server::take_over;
using words = std::vector<std::string>;

TEST_CASE("every key of server.toml is known to hold at once or after a restart", "[config_change]") {
    words known;
    for (const auto& effect : server::config_effects())
        known.emplace_back(effect.key);
    words keys{"plan"};
    for (const auto& key : store::server_config_keys()) {
        if (!key.name.starts_with("plan.")) keys.emplace_back(key.name);
    }
    std::ranges::sort(known);
    std::ranges::sort(keys);
    CHECK(known == keys);
}

TEST_CASE("the same configuration changes nothing", "[config_change]") {
    store::server_config running;
    CHECK(take_over(running, running) == server::config_change());
}

TEST_CASE("what holds at once is taken over, the rest waits for a restart and is told again until then",
          "[config_change]") {
    store::server_config running;
    auto wanted = running;
    wanted.listen_tcp = 443;
    wanted.name = "vpn.example.org";
    wanted.default_plan = "free";
    wanted.plans[0].max_members = 5;
    wanted.log_level = log_level::debug;
    const auto first = take_over(running, wanted);
    CHECK(first.changed == words{"listen_tcp", "default_plan", "name", "log_level", "plan"});
    CHECK(first.restart_needed == words{"listen_tcp", "name"});
    CHECK(running.listen_tcp == store::server_config().listen_tcp);
    CHECK(running.default_plan == "free");
    CHECK(running.plans[0].max_members == 5);
    CHECK(running.log_level == log_level::debug);

    const auto second = take_over(running, wanted);
    CHECK(second.changed == words{"listen_tcp", "name"});
    CHECK(second.restart_needed == second.changed);
}
