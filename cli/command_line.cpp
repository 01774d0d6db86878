#include "cli/command_line.hpp"

#include "cli/moment.hpp"
#include "cli/privileges.hpp"
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

constexpr std::size_t longest_path = 3;

/// Positions of the words that are neither options nor their values, as many as a path can have.
std::vector<std::size_t> plain_words(std::span<const std::string> words) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < words.size() && found.size() < longest_path; ++i) {
        if (!words[i].starts_with('-')) {
            found.push_back(i);
        } else if (takes_value(words[i])) {
            ++i;
        }
    }
    return found;
}

std::string joined(std::span<const std::string> words, std::span<const std::size_t> positions) {
    std::string out;
    for (const auto position : positions)
        out += (out.empty() ? "" : " ") + words[position];
    return out;
}

/// Paths that begin with the family's words, or every path and family of one word.
std::vector<std::string_view> known_paths(const family_info* family) {
    std::vector<std::string_view> known;
    const auto add = [&](std::string_view path) {
        const bool fits = family == nullptr ? path.find(' ') == std::string_view::npos
                                            : path.starts_with(std::string(family->path) + " ");
        if (fits) known.push_back(path);
    };
    for (const auto& command : all_commands()) {
        if (!command.is_hidden) add(command.path);
    }
    for (const auto& each : all_families())
        add(each.path);
    return known;
}

tl::unexpected<error> needs_a_word(const family_info& family) {
    std::string seconds;
    for (const auto path : known_paths(&family)) {
        const auto word = path.substr(family.path.size() + 1);
        if (word.find(' ') == std::string_view::npos) seconds += (seconds.empty() ? "" : ", ") + std::string(word);
    }
    const std::string path(family.path);
    return fail(errc::usage, "'vpn " + path + "' needs one more word: " + seconds + ". See 'vpn help " + path + "'");
}

/// `family` is what the words before the unknown one are, if there are any.
tl::unexpected<error> unknown_command(const family_info* family, const std::string& words) {
    auto known = known_paths(family);
    const auto shared = family == nullptr ? 0 : family->path.size() + 1;
    for (auto& path : known)
        path.remove_prefix(shared);
    const auto nearest = suggest(std::string_view(words).substr(shared), known);
    const auto hint = nearest.empty() ? "" : "Did you mean '" + words.substr(0, shared) + std::string(nearest) + "'? ";
    return fail(errc::usage, "there is no command '" + words + "'. " + hint + "See 'vpn help" +
                                 (family == nullptr ? "" : " " + std::string(family->path)) + "'");
}

tl::unexpected<error> no_command(std::span<const std::string> words, std::span<const std::size_t> found) {
    for (std::size_t count = std::min(found.size(), longest_path - 1); count > 0; --count) {
        const auto* const family = find_family(joined(words, found.first(count)));
        if (family == nullptr) continue;
        if (found.size() == count) return needs_a_word(*family);
        return unknown_command(family, joined(words, found.first(count + 1)));
    }
    return unknown_command(nullptr, words[found.front()]);
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

std::string with_commas(std::string_view words) {
    std::string out;
    for (const char c : words)
        out += c == ' ' ? ", " : std::string(1, c);
    return out;
}

std::string privilege_names() {
    std::string out;
    for (const auto& each : all_privileges())
        out += (out.empty() ? "" : ", ") + std::string(each.name);
    return out;
}

/// What the text is not; nothing if it fits.
std::optional<std::string> misfit(value_kind kind, std::string_view choices, const std::string& text) {
    switch (kind) {
        case value_kind::number:
            if (!is_number<unsigned>(text, 1'000'000'000) || text == "0") return "a number from 1 on";
            break;
        case value_kind::count:
            if (!is_number<unsigned>(text, 1'000'000'000)) return "a number";
            break;
        case value_kind::moment:
            if (!parse_moment(text, {})) {
                return "a day (2027-01-31), a time (2027-01-31T12:00:00Z) or a duration (24h, 7d)";
            }
            break;
        case value_kind::privileges:
            if (!parse_privileges(text)) return "one or more of " + privilege_names() + ", apart by commas,";
            break;
        case value_kind::seconds:
            if (!is_number<double>(text, 31'536'000)) return "a number of seconds";
            break;
        case value_kind::port:
            if (!is_number<unsigned>(text, 65535) || text == "0") return "a port from 1 to 65535";
            break;
        case value_kind::choice:
            if (!is_choice(choices, text)) return "one of " + with_commas(choices);
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
            keep_from_optional_values(words);
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
    /// "--wait team" is a flag and an argument: an option whose value may be missing takes none that does not fit.
    void keep_from_optional_values(std::vector<std::string>& words) const {
        for (const auto& option : command_.options) {
            if (!option.is_value_optional) continue;
            const auto at = std::ranges::find_if(words, [&](const std::string& word) {
                return word == option.name || (!option.short_name.empty() && word == option.short_name);
            });
            if (at == words.end() || at + 1 == words.end() || !misfit(option.kind, option.choices, *(at + 1))) continue;
            std::rotate(at, at + 1, words.end());
        }
    }

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
    for (std::size_t count = found.size(); count > 0 && out.command == nullptr; --count) {
        const auto path = std::span(found).first(count);
        out.command = find_command(joined(words, path));
        if (out.command == nullptr) continue;
        for (auto position = path.rbegin(); position != path.rend(); ++position)
            out.rest.erase(out.rest.begin() + static_cast<std::ptrdiff_t>(*position));
    }
    if (out.command == nullptr) return no_command(words, found);
    return out;
}

result<given_values> parse_values(const command_info& command, std::vector<std::string> words) {
    return collector(command).parse(std::move(words));
}

}  // namespace buri::cli
