#pragma once
// The rows of the command table, in the order in which help shows them.
#include "cli/command_table.hpp"

#include <span>

namespace buri::cli {

std::span<const command_info> command_rows();

}  // namespace buri::cli
