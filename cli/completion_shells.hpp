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
/// What can stand behind a family's words, or first if it is empty; once each, in the order of the table.
std::vector<std::string_view> next_words(std::string_view family);
/// Of a command or a family.
std::string_view summary_of(std::string_view path);
std::string joined(const std::vector<std::string_view>& words, std::string_view separator);
/// Apart by blanks.
std::string privilege_words();
/// Fit to stand within single quotes.
std::string without_quotes(std::string_view text);

}  // namespace buri::cli
