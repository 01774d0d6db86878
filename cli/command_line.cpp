#include "cli/command_line.hpp"

#include "cli/suggestion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace buri::cli {
namespace {

tl::unexpected<error> misuse(const command_info& command, const std::string& what) {
    const std::string path(command.path);
    return fail(errc::usage, what + ". Usage: " + usage_line(command) + ". See 'vpn help " + path + "'");
}

bool takes_value(std::string_view word) {
    const auto options = global_options();
    return std::ranges::any_of(options,
                               [&](const option_info& option) { return option.name == word && !option.value.empty(); });
}

/// Positions of the words that are neither options nor their values, two at most.
std::vector<std::size_t> plain_words(std::span<const std::string> words) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < words.size() && found.size() < 2; ++i) {
        if (!words[i].starts_with('-')) {
            found.push_back(i);
        } else if (takes_value(words[i])) {
            ++i;
        }
    }
    return found;
}

tl::unexpected<error> unknown_command(const std::string& word) {
    std::string seconds;
    std::vector<std::string_view> known;
    for (const auto& command : all_commands()) {
        if (!command.is_hidden) known.push_back(command.path);
        if (command.path.starts_with(word + " ")) {
            seconds += (seconds.empty() ? "'" : " or '") + std::string("vpn ") + std::string(command.path) + "'";
        }
    }
    if (!seconds.empty()) return fail(errc::usage, "'vpn " + word + "' needs one more word. Use " + seconds);
    const auto nearest = suggest(word, known);
    const auto hint = nearest.empty() ? "" : ". Did you mean '" + std::string(nearest) + "'?";
    return fail(errc::usage,
                "there is no command '" + word + "'" + hint + (hint.empty() ? ". " : " ") + "See 'vpn help'");
}

template <typename Number>
bool is_number(const std::string& text, Number most) {
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() && value >= 0 && value <= most;
}

bool is_choice(std::string_view choices, const std::string& text) {
    for (std::size_t at = 0; at < choices.size();) {
        const auto end = std::min(choices.find(' ', at), choices.size());
        const auto choice = choices.substr(at, end - at);
        const bool open = choice.ends_with('=');  // "peer=" wants something behind it
        if (open ? text.starts_with(choice) && text.size() > choice.size() : text == choice) return true;
        at = end + 1;
    }
    return false;
}

/// What the text is not; nothing if it fits.
std::optional<std::string> misfit(value_kind kind, std::string_view choices, const std::string& text) {
    switch (kind) {
        case value_kind::number:
            if (!is_number<unsigned>(text, 1'000'000'000) || text == "0") return "a number from 1 on";
            break;
        case value_kind::seconds:
            if (!is_number<double>(text, 31'536'000)) return "a number of seconds";
            break;
        case value_kind::port:
            if (!is_number<unsigned>(text, 65535) || text == "0") return "a port from 1 to 65535";
            break;
        case value_kind::choice:
            if (!is_choice(choices, text)) return "one of " + std::string(choices);
            break;
        default:
            if (text.empty()) return "a value";
    }
    return std::nullopt;
}

std::string cli11_name(const option_info& option) {
    return option.short_name.empty() ? std::string(option.name)
                                     : std::string(option.short_name) + "," + std::string(option.name);
}

/// A parser that collects texts. What is missing or too many is told here in our words, not in CLI11's.
class collector {
public:
    explicit collector(const command_info& command) : command_(command) {
        app_.set_help_flag();
        app_.allow_extras();
        for (const auto& argument : command.arguments) {
            app_.add_option(std::string(argument.name), texts_[std::string(argument.name)]);
        }
        for (const auto& option : command.options)
            add(option);
        for (const auto& option : global_options())
            add(option);
    }

    result<given_values> parse(std::vector<std::string> words) {
        try {
            std::ranges::reverse(words);
            app_.parse(std::move(words));
        } catch (const CLI::ArgumentMismatch& problem) {
            return misuse(command_, problem.what());
        } catch (const CLI::ParseError& problem) {
            return misuse(command_, problem.what());
        }
        if (app_.count("--help") > 0) return given_values{{"--help", ""}};
        if (const auto extras = app_.remaining(); !extras.empty()) return too_many(extras.front());
        return collect();
    }

private:
    void add(const option_info& option) {
        if (option.value.empty()) {
            app_.add_flag(cli11_name(option));
            return;
        }
        auto* const added = app_.add_option(cli11_name(option), texts_[std::string(option.name)]);
        added->type_name(std::string(option.value))->take_last();
        if (option.is_value_optional) added->expected(0, 1);
    }

    result<given_values> too_many(const std::string& word) const {
        if (!word.starts_with('-')) return misuse(command_, "'" + word + "' is one argument too many");
        std::vector<std::string_view> known;
        for (const auto& option : command_.options)
            known.push_back(option.name);
        for (const auto& option : global_options())
            known.push_back(option.name);
        const auto nearest = suggest(word, known);
        const auto hint = nearest.empty() ? "" : ". Did you mean '" + std::string(nearest) + "'?";
        return fail(errc::usage, "'vpn " + std::string(command_.path) + "' has no option '" + word + "'" + hint +
                                     (hint.empty() ? ". " : " ") + "See 'vpn help " + std::string(command_.path) + "'");
    }

    result<given_values> collect() {
        given_values values;
        for (const auto& argument : command_.arguments) {
            const std::string name(argument.name);
            if (app_.count(name) == 0) {
                if (argument.is_required) return misuse(command_, name + " is missing");
                continue;
            }
            const auto wrong = misfit(argument.kind, argument.choices, texts_[name]);
            if (wrong) return misuse(command_, "'" + texts_[name] + "' is not " + *wrong + " for " + name);
            values[name] = texts_[name];
        }
        if (const auto fits = collect_options(command_.options, values); !fits) return fail(fits.error());
        if (const auto fits = collect_options(global_options(), values); !fits) return fail(fits.error());
        return values;
    }

    result<void> collect_options(std::span<const option_info> options, given_values& values) {
        for (const auto& option : options) {
            const std::string name(option.name);
            if (app_.count(name) == 0) continue;
            const auto& text = texts_[name];
            const bool is_bare = option.value.empty() || (option.is_value_optional && text.empty());
            const auto wrong = is_bare ? std::nullopt : misfit(option.kind, option.choices, text);
            if (wrong) return misuse(command_, "'" + text + "' is not " + *wrong + " for " + name);
            values[name] = text;
        }
        return {};
    }

    const command_info& command_;
    CLI::App app_;
    given_values texts_;
};

}  // namespace

result<chosen_command> choose_command(std::span<const std::string> words) {
    const auto found = plain_words(words);
    chosen_command out;
    out.rest.assign(words.begin(), words.end());
    if (found.empty()) return out;
    const auto at = [&](std::size_t i) { return out.rest.begin() + static_cast<std::ptrdiff_t>(i); };
    if (found.size() == 2) {
        out.command = find_command(words[found[0]] + " " + words[found[1]]);
        if (out.command != nullptr) out.rest.erase(at(found[1]));
    }
    if (out.command == nullptr) out.command = find_command(words[found[0]]);
    if (out.command == nullptr) return unknown_command(words[found[0]]);
    out.rest.erase(at(found[0]));
    return out;
}

result<given_values> parse_values(const command_info& command, std::vector<std::string> words) {
    return collector(command).parse(std::move(words));
}

}  // namespace buri::cli
