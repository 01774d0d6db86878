#include "cli/completion_shells.hpp"

namespace buri::cli {
namespace {

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
        case value_kind::privileges:
            return "_values -s , privilege " + privilege_words();
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

/// The global options as words of an array.
std::string everywhere() {
    std::string out;
    for (const auto& option : global_options()) {
        auto entry = zsh_option(option);
        for (auto at = entry.find(" \\\n"); at != std::string::npos; at = entry.find(" \\\n", at))
            entry.erase(at, 2);
        out += entry;
    }
    return out;
}

}  // namespace

std::string zsh_completion() {
    std::string out =
        "#compdef vpn\n"
        "# zsh completion for vpn. Made by 'vpn completion zsh'.\n"
        "_vpn() {\n"
        "    local context state line command next\n"
        "    local -a commands everywhere\n"
        "    everywhere=(\n";
    out += everywhere();
    out += "    )\n    commands=(\n";
    for (const auto word : next_words(""))
        out += "        '" + std::string(word) + ":" + plain(summary_of(word)) + "'\n";
    out +=
        "    )\n"
        "    _arguments -C $everywhere '1: :->command' '*:: :->rest' && return 0\n"
        "    if [[ $state == command ]]; then\n"
        "        _describe command commands\n"
        "        return\n"
        "    fi\n"
        "    command=$words[1]\n"
        "    while true; do\n"
        "        case $command in\n";
    for (const auto& family : all_families())
        out +=
            "            '" + std::string(family.path) + "') next='" + joined(next_words(family.path), " ") + "' ;;\n";
    out +=
        "            *) break ;;\n"
        "        esac\n"
        "        if ((CURRENT == 2)); then\n"
        "            compadd -- ${=next}\n"
        "            return\n"
        "        fi\n"
        "        command=\"$command $words[2]\"\n"
        "        shift words\n"
        "        ((CURRENT--))\n"
        "    done\n"
        "    case $command in\n";
    for (const auto* const command : visible_commands())
        out += zsh_command(*command);
    return out + "    esac\n}\n_vpn \"$@\"\n";
}

}  // namespace buri::cli
