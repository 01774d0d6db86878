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
        case value_kind::privileges:
            return "compopt -o nospace 2>/dev/null; "
                   "[[ $word == *,* ]] && before=${word%,*}, || before=''; "
                   "COMPREPLY=($(compgen -P \"$before\" -W '" +
                   privilege_words() + "' -- \"${word##*,}\"))";
        default:
            return ":";
    }
}

/// "'up --port' | 'up -p'"; of the global options for an empty path.
std::string patterns(std::string_view path, const option_info& option) {
    const auto pattern = [&](std::string_view name) {
        return path.empty() ? "*' " + std::string(name) + "'" : "'" + std::string(path) + " " + std::string(name) + "'";
    };
    std::string out = pattern(option.name);
    if (!option.short_name.empty()) out += " | " + pattern(option.short_name);
    return out;
}

bool takes_value(const option_info& option) {
    return !option.value.empty() && !option.is_value_optional;
}

std::string option_values(std::string_view path, std::span<const option_info> options) {
    std::string out;
    for (const auto& option : options) {
        if (!takes_value(option)) continue;
        out += "        " + patterns(path, option) + ") " + bash_values(option.kind, option.choices) + "; return ;;\n";
    }
    return out;
}

std::string all_option_values() {
    std::string out;
    for (const auto* const command : visible_commands())
        out += option_values(command->path, command->options);
    return out + option_values("", global_options());
}

/// Everything that is followed by a value, as one pattern.
std::string all_with_value() {
    std::string out;
    const auto add = [&](std::string_view path, std::span<const option_info> options) {
        for (const auto& option : options) {
            if (takes_value(option)) out += (out.empty() ? "" : " | ") + patterns(path, option);
        }
    };
    add("", global_options());
    for (const auto* const command : visible_commands())
        add(command->path, command->options);
    return out;
}

std::string all_families_pattern() {
    std::string out;
    for (const auto& family : all_families())
        out += (out.empty() ? "'" : " | '") + std::string(family.path) + "'";
    return out;
}

std::string option_words(std::span<const option_info> options) {
    std::string out;
    for (const auto& option : options)
        out += (out.empty() ? "" : " ") + std::string(option.name);
    return out;
}

std::string command_options() {
    std::string out;
    for (const auto* const command : visible_commands()) {
        if (command->options.empty()) continue;
        out += "        '" + std::string(command->path) + "') options='" + option_words(command->options) + "' ;;\n";
    }
    return out;
}

std::string argument_values() {
    std::string out;
    const auto row = [&](std::string_view path, std::size_t position, const std::string& values) {
        out += "        '" + std::string(path) + (path.empty() ? "" : " ") + std::to_string(position) + "') " + values +
               " ;;\n";
    };
    row("", 0, bash_values(value_kind::choice, joined(next_words(""), " ")));
    for (const auto& family : all_families())
        row(family.path, 0, bash_values(value_kind::choice, joined(next_words(family.path), " ")));
    for (const auto* const command : visible_commands()) {
        for (std::size_t i = 0; i < command->arguments.size(); ++i) {
            const auto& argument = command->arguments[i];
            const auto values = bash_values(argument.kind, argument.choices);
            if (values != ":") row(command->path, i, values);
        }
    }
    return out;
}

}  // namespace

/// Finds the command among the words and counts those behind it, then looks at what stands before the one that is completed.
std::string bash_completion() {
    return "# bash completion for vpn. Made by 'vpn completion bash'.\n"
           "_vpn() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local command='' options='' position=0 i\n"
           "    COMPREPLY=()\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case \"$command ${COMP_WORDS[i]}\" in\n"
           "        " +
           all_with_value() +
           ") ((i++)) ;;\n"
           "        *' -'*) ;;\n"
           "        ' '*) command=${COMP_WORDS[i]} ;;\n"
           "        *)\n"
           "            case $command in\n"
           "            " +
           all_families_pattern() +
           ") command=\"$command ${COMP_WORDS[i]}\" ;;\n"
           "            *) ((position++)) ;;\n"
           "            esac\n"
           "            ;;\n"
           "        esac\n"
           "    done\n"
           "    case \"$command $before\" in\n" +
           all_option_values() +
           "    esac\n"
           "    case $command in\n" +
           command_options() +
           "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$options " +
           option_words(global_options()) +
           "\" -- \"$word\"))\n"
           "        return\n"
           "    fi\n"
           "    case \"${command:+$command }$position\" in\n" +
           argument_values() + "    esac\n}\ncomplete -F _vpn vpn\n";
}

}  // namespace buri::cli
