#include "cli/help.hpp"

#include <algorithm>
#include <vector>

namespace buri::cli {
namespace {

constexpr std::size_t screen = 80;

/// A name in a column and its explanation beside it.
std::string entry(std::string_view name, std::string_view help, std::size_t column) {
    std::string line = "  " + std::string(name);
    const std::string indent(column, ' ');
    line += line.size() + 2 > column ? "\n" + indent : std::string(column - line.size(), ' ');
    return line + wrapped(help, screen - column, indent) + "\n";
}

std::string option_name(const option_info& option) {
    std::string name = option.short_name.empty() ? "    " : std::string(option.short_name) + ", ";
    name += option.name;
    if (!option.value.empty()) name += (option.is_value_optional ? "[=" : " ") + std::string(option.value);
    if (option.is_value_optional) name += "]";
    return name;
}

std::string options(std::string_view title, std::span<const option_info> all) {
    if (all.empty()) return {};
    std::string out = "\n" + std::string(title) + ":\n";
    for (const auto& option : all)
        out += entry(option_name(option), option.help, 28);
    return out;
}

std::string indented(std::string_view lines) {
    std::string out = "  ";
    for (const char c : lines) {
        out += c;
        if (c == '\n') out += "  ";
    }
    return out + "\n";
}

std::vector<const command_info*> in_group(std::string_view name) {
    std::vector<const command_info*> out;
    for (const auto& command : all_commands()) {
        if (command.group == name && !command.is_hidden) out.push_back(&command);
    }
    return out;
}

std::vector<const command_info*> in_family(std::string_view path) {
    std::vector<const command_info*> out;
    for (const auto& command : all_commands()) {
        if (command.path.starts_with(std::string(path) + " ")) out.push_back(&command);
    }
    return out;
}

std::string lines_of(const std::vector<const command_info*>& commands, std::size_t column) {
    std::string out;
    for (const auto* const command : commands)
        out += entry(command->path, command->summary, column);
    return out;
}

/// "set, requests, admin grant"; without the group's name if all begin with it: the title has it.
std::string words_of(std::string_view group) {
    const std::string first = std::string(group) + " ";
    const auto commands = in_group(group);
    const bool is_said =
        std::ranges::all_of(commands, [&](const command_info* each) { return each->path.starts_with(first); });
    std::string out;
    for (const auto* const command : commands) {
        out += (out.empty() ? "" : ", ") + std::string(command->path.substr(is_said ? first.size() : 0));
    }
    return out;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::string_view indent) {
    std::string out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        const auto word = text.substr(at, end - at);
        if (used > 0 && used + 1 + word.size() > width) {
            out += '\n';
            out += indent;
            used = 0;
        } else if (used > 0) {
            out += ' ';
            ++used;
        }
        out += word;
        used += word.size();
        at = end + 1;
    }
    return out;
}

std::string overview() {
    std::string out =
        "vpn: machines behind NAT in one private network, with a server of your own\n\n"
        "Usage: vpn COMMAND [ARGUMENTS] [OPTIONS]\n";
    for (const auto& group : all_groups()) {
        if (group.summary.empty()) out += "\n" + lines_of(in_group(group.name), 16);
    }
    out += "\n";
    for (const auto& group : all_groups()) {
        if (group.summary.empty()) continue;
        const auto name = std::string(group.name);
        out += wrapped(name + ", " + std::string(group.summary) + " ('vpn help " + name + "'):", screen, "") + "\n  ";
        out += wrapped(words_of(group.name), screen - 2, "  ") + "\n";
    }
    out += "\n";
    out += wrapped(
        "Every command takes --state DIR, --socket PATH, --config FILE, --json, --quiet, --verbose and --color WHEN. "
        "'vpn help COMMAND' explains one; vpn(1) explains all.",
        screen, "");
    return out + "\n";
}

std::string topic_help(std::string_view topic) {
    const auto groups = all_groups();
    const auto group = std::ranges::find(groups, topic, &group_info::name);
    const auto* const family = find_family(topic);
    std::vector<const command_info*> found;
    if (group != groups.end()) {
        found = in_group(topic);
    } else if (family != nullptr) {
        found = in_family(topic);
    }
    if (found.empty()) return {};
    const auto summary = group != groups.end() ? group->summary : family->summary;
    return "vpn " + std::string(topic) + (summary.empty() ? "" : ": " + std::string(summary)) + "\n\n" +
           lines_of(found, 26) + "\n'vpn help " + std::string(found.front()->path) + "' explains one.\n";
}

std::string command_help(const command_info& command) {
    std::string out = "vpn " + std::string(command.path) + ": " + std::string(command.summary) +
                      "\n\nUsage: " + wrapped(usage_line(command), screen - 7, "         ") + "\n";
    if (!command.description.empty()) out += "\n" + wrapped(command.description, screen, "") + "\n";
    if (!command.arguments.empty()) {
        out += "\nArguments:\n";
        for (const auto& argument : command.arguments)
            out += entry(argument.name, argument.help, 28);
    }
    out += options("Options", command.options);
    out += options("Everywhere", global_options());
    if (!command.example.empty()) out += "\nExample:\n" + indented(command.example);
    return out;
}

}  // namespace buri::cli
