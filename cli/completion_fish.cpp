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
        case value_kind::privileges:
            return " -a '(__fish_append , " + privilege_words() + ")'";
        default:
            return "";
    }
}

bool takes_value(const option_info& option) {
    return !option.value.empty() && !option.is_value_optional;
}

std::string fish_option(const option_info& option, const std::string& condition) {
    std::string out = "complete -c vpn" + condition + " -l " + std::string(option.name.substr(2));
    if (!option.short_name.empty()) out += " -s " + std::string(option.short_name.substr(1));
    if (takes_value(option))
        out += (option.kind == value_kind::file ? " -r -F" : " -x" + fish_values(option.kind, option.choices));
    return out + " -d '" + without_quotes(option.help) + "'\n";
}

std::string condition(std::string_view function, std::string_view words) {
    return " -n '" + std::string(function) + (words.empty() ? "" : " ") + std::string(words) + "'";
}

/// The words that can stand behind a family's, or first.
std::string next_word_lines(std::string_view family) {
    std::string out;
    for (const auto word : next_words(family)) {
        const auto path = family.empty() ? std::string(word) : std::string(family) + " " + std::string(word);
        out += "complete -c vpn" + condition("__vpn_after 0", family) + " -a " + std::string(word) + " -d '" +
               without_quotes(summary_of(path)) + "'\n";
    }
    return out;
}

std::string command_lines(const command_info& command) {
    std::string out;
    for (const auto& option : command.options)
        out += fish_option(option, condition("__vpn_in", command.path));
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
        const auto& argument = command.arguments[i];
        const auto values = argument.kind == value_kind::file ? " -F" : fish_values(argument.kind, argument.choices);
        if (values.empty()) continue;
        out += "complete -c vpn" + condition("__vpn_after " + std::to_string(i), command.path) + values + "\n";
    }
    return out;
}

/// Options whose value is the next word, of any command.
std::string with_value() {
    std::vector<std::string_view> names;
    const auto add = [&](std::span<const option_info> options) {
        for (const auto& option : options) {
            if (!takes_value(option)) continue;
            names.push_back(option.name);
            if (!option.short_name.empty()) names.push_back(option.short_name);
        }
    };
    add(global_options());
    for (const auto* const command : visible_commands())
        add(command->options);
    return joined(names, " ");
}

/// Words without options and their values; is it in a command; is it so many arguments behind a command.
std::string functions() {
    return "function __vpn_words\n"
           "    set -l is_value 0\n"
           "    for word in (commandline -opc)[2..-1]\n"
           "        if test $is_value = 1\n"
           "            set is_value 0\n"
           "        else if contains -- $word " +
           with_value() +
           "\n"
           "            set is_value 1\n"
           "        else if not string match -q -- '-*' $word\n"
           "            echo $word\n"
           "        end\n"
           "    end\n"
           "end\n"
           "function __vpn_in\n"
           "    set -l words (__vpn_words)\n"
           "    set -l count (count $argv)\n"
           "    test (count $words) -ge $count; and test \"$words[1..$count]\" = \"$argv\"\n"
           "end\n"
           "function __vpn_after\n"
           "    set -l path $argv[2..-1]\n"
           "    set -l words (__vpn_words)\n"
           "    test (count $words) -eq (math $argv[1] + (count $path)); or return\n"
           "    test (count $path) -eq 0; or __vpn_in $path\n"
           "end\n";
}

}  // namespace

std::string fish_completion() {
    std::string out =
        "# fish completion for vpn. Made by 'vpn completion fish'.\n" + functions() + "complete -c vpn -f\n";
    for (const auto& option : global_options())
        out += fish_option(option, "");
    out += next_word_lines("");
    for (const auto& family : all_families())
        out += next_word_lines(family.path);
    for (const auto* const command : visible_commands())
        out += command_lines(*command);
    return out;
}

}  // namespace buri::cli
