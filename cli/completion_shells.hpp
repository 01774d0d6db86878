#pragma once
// One shell's completion script each, and the words of the table that all of them need.
#include "cli/command_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace buri::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

std::vector<const command_info*> visible_commands();
std::string_view first_word(const command_info& command);
/// Empty for a command of one word.
std::string_view second_word(const command_info& command);
/// First words, once each, in the order of the table.
std::vector<std::string_view> first_words();
/// Apart by blanks.
std::string second_words(std::string_view first);
/// Fit to stand within single quotes.
std::string without_quotes(std::string_view text);

}  // namespace buri::cli
