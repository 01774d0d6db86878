#pragma once
// Completion scripts, made from the command table; the checked-in ones are under completions/.
#include <string>
#include <string_view>

namespace buri::cli {

/// `shell` is bash, zsh or fish.
std::string completion_script(std::string_view shell);

}  // namespace buri::cli
