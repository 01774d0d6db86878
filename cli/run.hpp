#pragma once
// The program: words in, an exit code out.
#include "cli/surroundings.hpp"

#include <span>
#include <string>

namespace buri::cli {

int run(std::span<const std::string> words, surroundings& around);

}  // namespace buri::cli
