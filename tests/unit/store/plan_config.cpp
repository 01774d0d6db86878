// The tables [plan.NAME] of server.toml.
#include "buri/store/plan_config.hpp"

#include <catch2/catch.hpp>

namespace buri::store {
namespace {

const std::string ula_line = "ula = \"fd12:3456:789a:1::/64\"\n";

std::vector<plan> plans_of(const std::string& text) {
    const auto config = parse_server_config(ula_line + text, "server.toml");
    INFO((config ? "" : config.error().text));
    REQUIRE(config);
    return config->plans;
}

TEST_CASE("a table changes the keys of free and premium that it names, and no other") {
    auto free = free_plan();
    auto premium = premium_plan();
    free.max_members = 5;
    free.permissions = {permission::messages, permission::lock};
    premium.max_networks = 0;
    CHECK(plans_of("[plan.free]\nmax_members = 5\npermissions = [\"messages\", \"lock\"]\n"
                   "[plan.premium]\nmax_networks = 0\n") == std::vector{free, premium});
}

TEST_CASE("a new plan begins with free's limits and without permissions, whatever becomes of free, and may stay so") {
    auto changed = free_plan();
    changed.max_members = 9;
    changed.permissions = premium_plan().permissions;
    auto family = free_plan();
    family.name = "family";
    auto large = free_plan();
    large.name = "large-2";
    large.max_members = 0;
    large.relay_kbit = 4'294'967'295;
    large.proxy_bytes = 9'223'372'036'854'775'807;
    large.permissions = premium_plan().permissions;
    CHECK(
        plans_of("[plan.free]\nmax_members = 9\npermissions = \"all\"\n[plan.family]\n[plan.large-2]\nmax_members = 0\n"
                 "relay_kbit = 4294967295\nproxy_bytes = 9223372036854775807\npermissions = \"all\"") ==
        std::vector{changed, premium_plan(), family, large});
}

TEST_CASE("a plan can be written in each of the ways that TOML has") {
    const auto expected = plans_of("[plan.family]\nmax_members = 3\nmax_networks = 4\n");
    CHECK(plans_of("plan.family.max_members = 3\nplan.family.max_networks = 4\n") == expected);
    CHECK(plans_of("plan = { family = { max_members = 3, max_networks = 4 } }\n") == expected);
    CHECK(plans_of("[plan]\nfamily.max_members = 3\nfamily.max_networks = 4\n") == expected);
    CHECK(plans_of("plan.free.max_members = 16\n[plan.family]\nmax_members = 3\nmax_networks = 4\n") == expected);
}

TEST_CASE("every permission can be given alone, and all of them have a word") {
    for (const auto& row : all_permissions()) {
        const auto plans = plans_of("[plan.x]\npermissions = [\"" + std::string(row.name) + "\"]");
        CHECK(plans[2].permissions == permission_set{row.value});
        const auto text = to_toml(
            *parse_server_config(ula_line + "[plan.x]\npermissions = [\"" + std::string(row.name) + "\"]", "x"));
        CHECK_THAT(text, Catch::Contains("\nplan.x.permissions = [\"" + std::string(row.name) + "\"]\n"));
    }
    CHECK(plans_of("[plan.x]\npermissions = \"all\"")[2].permissions == premium_plan().permissions);
    CHECK(plans_of("[plan.premium]\npermissions = []")[1].permissions.empty());
}

TEST_CASE("server.toml shows each plan's keys as single lines, a plan of one's own with all of them set") {
    const auto config = *parse_server_config(ula_line + "[plan.free]\nmax_members = 8\n[plan.family]\n", "server.toml");
    const auto text = to_toml(config);
    CHECK_THAT(text,
               Catch::Contains(
                   "\nplan.free.max_members = 8\n#plan.premium.max_members = 256\nplan.family.max_members = 16\n"));
    CHECK_THAT(
        text,
        Catch::Contains(
            "\n#plan.free.permissions = []\n#plan.premium.permissions = \"all\"\nplan.family.permissions = []\n"));
    CHECK(*parse_server_config(text + "log_level = \"error\"\n", "server.toml").map([](server_config each) {
        each.log_level = log_level::info;
        return each;
    }) == config);
}

TEST_CASE("the default plan may be defined anywhere in the file") {
    const auto config = parse_server_config(ula_line + "default_plan = \"family\"\n[plan.family]\n", "server.toml");
    REQUIRE(config);
    CHECK(config->default_plan == "family");
    CHECK(parse_server_config(ula_line + "default_plan = \"free\"", "x")->default_plan == "free");
}

TEST_CASE("a mistake in a plan is told with its line, its column and what is allowed") {
    const std::pair<std::string, std::string> rows[] = {
        {"default_plan = \"gold\"",
         "2:16: default_plan: there is no plan 'gold'. Plans are: free, premium. Name one of them, or add "
         "[plan.gold]."},
        {"default_plan = \"Free\"", "2:16: default_plan: 'Free' cannot be a plan's name."},
        {"default_plan = 1", "2:16: default_plan: this is an integer, not a text in quotes."},
        {"plan = 3", "2:8: plan: this is an integer, not a table. It must be a table of tables."},
        {"[[plan]]\nmax_members = 3", "2:1: plan: this is a list, not a table."},
        {"[plan]\nmax_members = 3", "3:1: there is no key 'plan.max_members'."},
        {"[plans.free]", "2:2: there is no key 'plans'."},
        {"[planfree]", "2:2: there is no key 'planfree'."},
        {"plan.free = 3", "2:6: there is no key 'plan.free'."},
        {"[plan.Free]",
         "2:7: plan.Free: 'Free' cannot be a name here. It must be 1 to 32 characters of a-z, 0-9 and "
         "'-', but not 'default'."},
        {"[plan.default]", "2:7: plan.default: 'default' cannot be a name here"},
        {"[plan.\"\"]\nmax_members = 3", "2:7: plan.: '' cannot be a name here"},
        {"[plan.\"a.b\"]", "2:7: plan.a.b: 'a.b' cannot be a name here"},
        {"[plan.free.more]", "2:12: plan.free.more: 'free.more' cannot be a name here"},
        {"[plan." + std::string(33, 'a') + "]", "2:7: plan.aaa"},
        {"[plan.free]\nmembers = 3",
         "3:1: there is no key 'plan.free.members'. Correct or remove it. Keys are: listen_tcp, "},
        {"[plan.free.max_members]", "2:1: plan.free.max_members: this is a table, not an integer."},
        {"[plan.free]\nmax_members = 1",
         "3:15: plan.free.max_members: 1 is out of range. It must be 0, or an integer from 2 to 65536."},
        {"[plan.free]\nmax_members = -1", "3:15: plan.free.max_members: -1 is out of range."},
        {"[plan.free]\nmax_members = 65537", "3:15: plan.free.max_members: 65537 is out of range."},
        {"[plan.free]\nmax_networks = 65537", "3:16: plan.free.max_networks: 65537 is out of range."},
        {"[plan.free]\nrelay_kbit = 4294967296", "3:14: plan.free.relay_kbit: 4294967296 is out of range."},
        {"[plan.free]\nproxy_bytes = -1", "3:15: plan.free.proxy_bytes: -1 is out of range."},
        {"[plan.free]\nproxy_bytes = 1.5", "3:15: plan.free.proxy_bytes: this is another type, not an integer."},
        {"[plan.free]\npermissions = \"none\"",
         "3:15: plan.free.permissions: a single text can only be \"all\". It must be \"all\", or a list of "
         "\"open_networks\", "},
        {"[plan.free]\npermissions = true",
         "3:15: plan.free.permissions: this is true or false, not a list in brackets."},
        {"[plan.free]\npermissions = [\"lock\", \"fly\"]", "3:24: plan.free.permissions: 'fly' is not a permission."},
        {"[plan.free]\npermissions = [\"lock\", \"lock\"]", "3:24: plan.free.permissions: 'lock' is there twice."},
        {"[plan.free]\npermissions = [\"all\"]", "3:16: plan.free.permissions: 'all' is not a permission."},
        {"[plan.free]\npermissions = [1]", "3:16: plan.free.permissions: this is an integer, not a text"},
        {"[plan.free]\n[plan.free]", "3:1: this is not TOML: "},
    };
    for (const auto& [text, wanted] : rows) {
        CAPTURE(text);
        const auto config = parse_server_config(ula_line + text, "/srv/server.toml");
        REQUIRE_FALSE(config);
        CHECK(config.error().code == errc::config);
        CHECK_THAT(config.error().text, Catch::StartsWith("/srv/server.toml:" + wanted));
    }
}

}  // namespace
}  // namespace buri::store
