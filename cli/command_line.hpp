#pragma once
// Words to a command and its values, by the table.
#include "buri/base/result.hpp"
#include "cli/command_table.hpp"
#include "cli/invocation.hpp"

#include <span>
#include <string>
#include <vector>

namespace buri::cli {

/// The command that the words name, and the words that are left.
struct chosen_command {
    const command_info* command = nullptr;  ///< null: no word names one
    std::vector<std::string> rest;
};

/// Global options may stand before the command. errc::usage for an unknown command, with the nearest one.
result<chosen_command> choose_command(std::span<const std::string> words);

/// Checks everything that the table says. errc::usage names what is wrong. With --help nothing is missing.
result<given_values> parse_values(const command_info& command, std::vector<std::string> words);

}  // namespace buri::cli
