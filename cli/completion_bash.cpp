#include "cli/completion_shells.hpp"

namespace buri::cli {
namespace {

std::string bash_values(value_kind kind, std::string_view choices) {
    switch (kind) {
        case value_kind::choice:
            return "COMPREPLY=($(compgen -W '" + std::string(choices) + "' -- \"$word\"))";
        case value_kind::file:
            return "COMPREPLY=($(compgen -f -- \"$word\"))";
        case value_kind::directory:
            return "COMPREPLY=($(compgen -d -- \"$word\"))";
        case value_kind::network:
            return "COMPREPLY=($(compgen -W \"$(vpn names networks 2>/dev/null)\" -- \"$word\"))";
        case value_kind::peer:
            return "COMPREPLY=($(compgen -W \"$(vpn names peers 2>/dev/null)\" -- \"$word\"))";
        default:
            return ":";
    }
}

std::string bash_option_values(std::string_view path, std::span<const option_info> options) {
    std::string out;
    for (const auto& option : options) {
        if (option.value.empty() || option.is_value_optional) continue;
        const auto pattern = [&](std::string_view name) {
            return path.empty() ? "*' " + std::string(name) + "'"
                                : "'" + std::string(path) + " " + std::string(name) + "'";
        };
        out += "        " + pattern(option.name);
        if (!option.short_name.empty()) out += " | " + pattern(option.short_name);
        out += ") " + bash_values(option.kind, option.choices) + "; return ;;\n";
    }
    return out;
}

std::string option_words(std::span<const option_info> options) {
    std::string out;
    for (const auto& option : options)
        out += (out.empty() ? "" : " ") + std::string(option.name);
    return out;
}

std::string bash_words() {
    std::string out;
    for (const auto first : first_words())
        out += (out.empty() ? "" : " ") + std::string(first);
    return out;
}

std::string bash_arguments() {
    std::string out;
    for (const auto first : first_words()) {
        const auto seconds = second_words(first);
        if (!seconds.empty()) {
            out +=
                "        '" + std::string(first) + "') COMPREPLY=($(compgen -W '" + seconds + "' -- \"$word\")) ;;\n";
        }
    }
    for (const auto* const command : visible_commands()) {
        if (command->arguments.empty()) continue;
        const auto& argument = command->arguments.front();
        out +=
            "        '" + std::string(command->path) + "') " + bash_values(argument.kind, argument.choices) + " ;;\n";
    }
    return out;
}

/// Finds the command among the words, then looks at what stands before the one that is completed.
constexpr std::string_view head =
    "# bash completion for vpn. Made by 'vpn completion bash'.\n"
    "_vpn() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' options='' i\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        --state | --socket | --config | --color) ((i++)) ;;\n"
    "        -*) ;;\n"
    "        *)\n"
    "            if [[ -z $command ]]; then\n"
    "                command=${COMP_WORDS[i]}\n"
    "            elif [[ $command == server ]]; then\n"
    "                command=\"server ${COMP_WORDS[i]}\"\n"
    "            fi\n"
    "            ;;\n"
    "        esac\n"
    "    done\n"
    "    case \"$command $before\" in\n";

}  // namespace

std::string bash_completion() {
    std::string out(head);
    for (const auto* const command : visible_commands())
        out += bash_option_values(command->path, command->options);
    out += bash_option_values("", global_options());
    out += "    esac\n    case $command in\n";
    for (const auto* const command : visible_commands()) {
        if (!command->options.empty()) {
            out +=
                "        '" + std::string(command->path) + "') options='" + option_words(command->options) + "' ;;\n";
        }
    }
    out +=
        "    esac\n"
        "    if [[ $word == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$options " +
        option_words(global_options()) +
        "\" -- \"$word\"))\n"
        "        return\n"
        "    fi\n"
        "    case $command in\n"
        "        '') COMPREPLY=($(compgen -W '" +
        bash_words() + "' -- \"$word\")) ;;\n";
    return out + bash_arguments() + "    esac\n}\ncomplete -F _vpn vpn\n";
}

}  // namespace buri::cli
