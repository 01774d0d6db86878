#include "cli/completion.hpp"

#include "cli/completion_shells.hpp"

namespace buri::cli {

std::string completion_script(std::string_view shell) {
    if (shell == "zsh") return zsh_completion();
    return shell == "fish" ? fish_completion() : bash_completion();
}

}  // namespace buri::cli
