#pragma once
// The rows of the table, one file a group.
#include "cli/command_table.hpp"

#include <span>

namespace buri::cli {

std::span<const command_info> run_rows();
std::span<const command_info> network_rows();
std::span<const command_info> administration_rows();
std::span<const command_info> peer_rows();
std::span<const command_info> account_rows();
std::span<const command_info> look_rows();
std::span<const command_info> server_rows();
std::span<const command_info> relay_rows();

}  // namespace buri::cli
