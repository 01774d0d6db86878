#include "cli/completion_shells.hpp"

namespace buri::cli {

std::vector<const command_info*> visible_commands() {
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

std::vector<std::string_view> first_words() {
    std::vector<std::string_view> out;
    for (const auto* const command : visible_commands()) {
        if (out.empty() || out.back() != first_word(*command)) out.push_back(first_word(*command));
    }
    return out;
}

std::string second_words(std::string_view first) {
    std::string out;
    for (const auto* const command : visible_commands()) {
        if (first_word(*command) == first && !second_word(*command).empty()) {
            out += (out.empty() ? "" : " ") + std::string(second_word(*command));
        }
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

}  // namespace buri::cli
