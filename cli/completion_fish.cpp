#include "cli/completion_shells.hpp"

namespace buri::cli {
namespace {

std::string fish_values(value_kind kind, std::string_view choices) {
    switch (kind) {
        case value_kind::choice:
            return " -a '" + std::string(choices) + "'";
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
    if (!option.value.empty() && !option.is_value_optional)
        out += (option.kind == value_kind::file ? " -r -F" : " -x" + fish_values(option.kind, option.choices));
    return out + " -d '" + without_quotes(option.help) + "'\n";
}

std::string fish_condition(const command_info& command) {
    std::string out = " -n '__fish_seen_subcommand_from " + std::string(first_word(command));
    if (!second_word(command).empty()) out += "; and __fish_seen_subcommand_from " + std::string(second_word(command));
    return out + "'";
}

}  // namespace

std::string fish_completion() {
    std::string out = "# fish completion for vpn. Made by 'vpn completion fish'.\ncomplete -c vpn -f\n";
    for (const auto& option : global_options())
        out += fish_option(option, "");
    out += "complete -c vpn -n __fish_use_subcommand -a server -d 'the mediation server'\n";
    for (const auto* const command : visible_commands()) {
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

}  // namespace buri::cli
