#pragma once
// Help, made from the command table.
#include "cli/command_table.hpp"

#include <string>
#include <string_view>

namespace buri::cli {

/// One screen: every command, those of some groups by name only.
std::string overview();
/// The commands of a group or a family; empty for what is neither.
std::string topic_help(std::string_view topic);
/// One command.
std::string command_help(const command_info& command);

/// Text in lines of at most `width` characters, each after the first indented.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace buri::cli
