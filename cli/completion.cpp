#include "cli/completion.hpp"

#include "cli/command_table.hpp"

#include <set>
#include <vector>

namespace buri::cli {
namespace {

std::vector<const command_info*> visible() {
    std::vector<const command_info*> out;
    for (const auto& command : all_commands()) {
        if (!command.is_hidden) out.push_back(&command);
    }
    return out;
}

std::string_view first_word(const command_info& command) {
    return command.path.substr(0, command.path.find(' '));
}

std::string_view second_word(const command_info& command) {
    const auto blank = command.path.find(' ');
    return blank == std::string_view::npos ? std::string_view() : command.path.substr(blank + 1);
}

/// First words, once each, in the order of the table.
std::vector<std::string_view> first_words() {
    std::vector<std::string_view> out;
    for (const auto* const command : visible()) {
        if (out.empty() || out.back() != first_word(*command)) out.push_back(first_word(*command));
    }
    return out;
}

/// Within single quotes of any of the three shells; the table has none of its own to lose.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') continue;
        if (c == '[' || c == ']' || c == ':') out += '\\';
        out += c;
    }
    return out;
}

std::string without_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != '\'') out += c;
    }
    return out;
}

// ---- bash ----------------------------------------------------------------------------------------------------------------

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
        const std::string prefix = path.empty() ? "*\" " : std::string(path) + " ";
        const auto pattern = [&](std::string_view name) {
            return path.empty() ? "*' " + std::string(name) + "'" : "'" + prefix + std::string(name) + "'";
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

std::string second_words(std::string_view first) {
    std::string out;
    for (const auto* const command : visible()) {
        if (first_word(*command) == first && !second_word(*command).empty()) {
            out += (out.empty() ? "" : " ") + std::string(second_word(*command));
        }
    }
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
    for (const auto* const command : visible()) {
        if (command->arguments.empty()) continue;
        const auto& argument = command->arguments.front();
        out +=
            "        '" + std::string(command->path) + "') " + bash_values(argument.kind, argument.choices) + " ;;\n";
    }
    return out;
}

std::string bash_script() {
    std::string out =
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
    for (const auto* const command : visible())
        out += bash_option_values(command->path, command->options);
    out += bash_option_values("", global_options());
    out += "    esac\n    case $command in\n";
    for (const auto* const command : visible()) {
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

// ---- zsh -----------------------------------------------------------------------------------------------------------------

std::string zsh_action(value_kind kind, std::string_view choices) {
    switch (kind) {
        case value_kind::choice:
            return "(" + std::string(choices) + ")";
        case value_kind::file:
            return "_files";
        case value_kind::directory:
            return "_files -/";
        case value_kind::network:
            return "{compadd -- ${(f)\"$(vpn names networks 2>/dev/null)\"}}";
        case value_kind::peer:
            return "{compadd -- ${(f)\"$(vpn names peers 2>/dev/null)\"}}";
        default:
            return " ";
    }
}

std::string zsh_option(const option_info& option) {
    std::string value;
    if (!option.value.empty()) {
        value = (option.is_value_optional ? "::" : ":") + plain(option.value) + ":" +
                zsh_action(option.kind, option.choices);
    }
    const std::string sign = option.is_value_optional ? "=-" : "";
    std::string out =
        "            '" + std::string(option.name) + sign + "[" + plain(option.help) + "]" + value + "' \\\n";
    if (!option.short_name.empty()) {
        out += "            '" + std::string(option.short_name) + "[" + plain(option.help) + "]" + value + "' \\\n";
    }
    return out;
}

std::string zsh_command(const command_info& command) {
    std::string out = "        '" + std::string(command.path) + "')\n            _arguments $everywhere \\\n";
    for (const auto& option : command.options)
        out += zsh_option(option);
    for (const auto& argument : command.arguments) {
        out += "            '" + std::string(argument.is_required ? ":" : "::") + std::string(argument.name) + ":" +
               zsh_action(argument.kind, argument.choices) + "' \\\n";
    }
    return out + "            && return 0 ;;\n";
}

std::string zsh_script() {
    std::string out =
        "#compdef vpn\n"
        "# zsh completion for vpn. Made by 'vpn completion zsh'.\n"
        "_vpn() {\n"
        "    local context state line command\n"
        "    local -a commands everywhere\n"
        "    everywhere=(\n";
    for (const auto& option : global_options()) {
        auto entry = zsh_option(option);
        for (auto at = entry.find(" \\\n"); at != std::string::npos; at = entry.find(" \\\n", at))
            entry.erase(at, 2);
        out += entry;
    }
    out += "    )\n    commands=(\n";
    for (const auto* const command : visible()) {
        if (second_word(*command).empty()) {
            out += "        '" + std::string(command->path) + ":" + plain(command->summary) + "'\n";
        }
    }
    out +=
        "        'server:the mediation server'\n    )\n"
        "    _arguments -C $everywhere '1: :->command' '*:: :->rest' && return 0\n"
        "    if [[ $state == command ]]; then\n"
        "        _describe command commands\n"
        "        return\n"
        "    fi\n"
        "    command=$words[1]\n"
        "    if [[ $command == server ]]; then\n"
        "        if ((CURRENT == 2)); then\n"
        "            compadd -- " +
        second_words("server") +
        "\n"
        "            return\n"
        "        fi\n"
        "        command=\"server $words[2]\"\n"
        "        shift words\n"
        "        ((CURRENT--))\n"
        "    fi\n"
        "    case $command in\n";
    for (const auto* const command : visible())
        out += zsh_command(*command);
    return out + "    esac\n}\n_vpn \"$@\"\n";
}

// ---- fish ----------------------------------------------------------------------------------------------------------------

std::string fish_values(value_kind kind, std::string_view choices) {
    switch (kind) {
        case value_kind::choice:
            return " -a '" + std::string(choices) + "'";
        case value_kind::file:
            return " -F";
        case value_kind::directory:
            return " -a '(__fish_complete_directories)'";
        case value_kind::network:
            return " -a '(vpn names networks 2>/dev/null)'";
        case value_kind::peer:
            return " -a '(vpn names peers 2>/dev/null)'";
        default:
            return "";
    }
}

std::string fish_option(const option_info& option, const std::string& condition) {
    std::string out = "complete -c vpn" + condition + " -l " + std::string(option.name.substr(2));
    if (!option.short_name.empty()) out += " -s " + std::string(option.short_name.substr(1));
    if (!option.value.empty() && !option.is_value_optional) out += " -x" + fish_values(option.kind, option.choices);
    return out + " -d '" + without_quotes(option.help) + "'\n";
}

std::string fish_condition(const command_info& command) {
    std::string out = " -n '__fish_seen_subcommand_from " + std::string(first_word(command));
    if (!second_word(command).empty()) out += "; and __fish_seen_subcommand_from " + std::string(second_word(command));
    return out + "'";
}

std::string fish_script() {
    std::string out = "# fish completion for vpn. Made by 'vpn completion fish'.\ncomplete -c vpn -f\n";
    for (const auto& option : global_options())
        out += fish_option(option, "");
    out += "complete -c vpn -n __fish_use_subcommand -a server -d 'the mediation server'\n";
    for (const auto* const command : visible()) {
        const auto second = second_word(*command);
        const std::string condition = second.empty() ? " -n __fish_use_subcommand"
                                                     : " -n '__fish_seen_subcommand_from server; and not "
                                                       "__fish_seen_subcommand_from " +
                                                           second_words("server") + "'";
        out += "complete -c vpn" + condition + " -a " + std::string(second.empty() ? command->path : second) + " -d '" +
               without_quotes(command->summary) + "'\n";
        for (const auto& option : command->options)
            out += fish_option(option, fish_condition(*command));
        for (const auto& argument : command->arguments) {
            const auto values = fish_values(argument.kind, argument.choices);
            if (!values.empty()) out += "complete -c vpn" + fish_condition(*command) + values + "\n";
        }
    }
    return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
    if (shell == "zsh") return zsh_script();
    return shell == "fish" ? fish_script() : bash_script();
}

}  // namespace buri::cli
