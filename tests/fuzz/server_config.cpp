// server.toml with its plans. What is accepted is written in a form that reads back the same.
#include "buri/store/server_config.hpp"

#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto config = store::parse_server_config(to_string(byte_view(data, size)), "server.toml");
    if (!config) {
        require(config.error().code == errc::config, "a refusal is one of the configuration");
        require(config.error().text.find("server.toml") == 0, "a refusal names the file");
        return 0;
    }
    const auto has_default = [&](const plan& each) { return each.name == config->default_plan; };
    require(std::any_of(config->plans.begin(), config->plans.end(), has_default),
            "there is a plan of the default's name");
    for (const auto& each : config->plans)
        require(is_plan_name(each.name), "plans have names that licences and nodes can tell");
    const auto again = store::parse_server_config(store::to_toml(*config), "server.toml");
    require(again && *again == *config, "a configuration reads back as it is written");
    return 0;
}
