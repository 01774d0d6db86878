#pragma once
// The tables [plan.NAME] of server.toml.
#include "buri/store/config_table.hpp"
#include "buri/store/server_config.hpp"

namespace buri::store {

checked<std::string> plan_name_in(const toml_value& value);

const named_tables<server_config, plan>& plan_tables();

}  // namespace buri::store
