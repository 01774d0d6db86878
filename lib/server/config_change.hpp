#pragma once
// What a server does with another server.toml while it runs: some keys hold at once, the others from the next start on.
#include "buri/store/server_config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::server {

struct config_effect {
    std::string_view key;
    bool at_once = false;  ///< false: from the next start on
};

/// Every key of server.toml.
std::vector<config_effect> config_effects();

struct config_change {
    std::vector<std::string> changed;         ///< keys whose value is another one, in the order of the file
    std::vector<std::string> restart_needed;  ///< those of them that do not hold yet

    bool operator==(const config_change&) const = default;
};

/// Takes over into `running` what holds at once, and says what differed.
config_change take_over(store::server_config& running, const store::server_config& wanted);

}  // namespace buri::server
