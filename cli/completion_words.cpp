#include "buri/base/privilege.hpp"
#include "cli/completion_shells.hpp"

#include <algorithm>

namespace buri::cli {

std::vector<const command_info*> visible_commands() {
    std::vector<const command_info*> out;
    for (const auto& command : all_commands()) {
        if (!command.is_hidden) out.push_back(&command);
    }
    return out;
}

std::vector<std::string_view> next_words(std::string_view family) {
    std::vector<std::string_view> out;
    for (const auto* const command : visible_commands()) {
        auto rest = command->path;
        if (!family.empty()) {
            if (!rest.starts_with(std::string(family) + " ")) continue;
            rest.remove_prefix(family.size() + 1);
        }
        const auto word = rest.substr(0, rest.find(' '));
        if (std::ranges::find(out, word) == out.end()) out.push_back(word);
    }
    return out;
}

std::string_view summary_of(std::string_view path) {
    if (const auto* const command = find_command(path)) return command->summary;
    const auto* const family = find_family(path);
    return family == nullptr ? std::string_view() : family->summary;
}

std::string joined(const std::vector<std::string_view>& words, std::string_view separator) {
    std::string out;
    for (const auto word : words) {
        if (!out.empty()) out += separator;
        out += word;
    }
    return out;
}

std::string privilege_words() {
    std::vector<std::string_view> words;
    for (const auto& each : all_privileges())
        words.push_back(each.name);
    return joined(words, " ");
}

std::string without_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != '\'') out += c;
    }
    return out;
}

}  // namespace buri::cli
