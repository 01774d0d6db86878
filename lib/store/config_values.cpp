#include "buri/store/config_values.hpp"

#include <algorithm>

namespace buri::store {
namespace {

constexpr auto level_names = std::to_array<std::pair<std::string_view, log_level>>({
    {"debug", log_level::debug},
    {"info", log_level::info},
    {"warning", log_level::warning},
    {"error", log_level::error},
});

std::string_view type_name(const toml_value& value) {
    constexpr auto names =
        std::to_array<std::string_view>({"another type", "a table", "true or false", "an integer", "a text", "a list"});
    return names[value.data.index()];
}

tl::unexpected<config_problem> wrong_type(const toml_value& value, std::string_view wanted) {
    return problem_at(value, "this is " + std::string(type_name(value)) + ", not " + std::string(wanted));
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text.substr(0, 128)) + "'";
}

}  // namespace

checked<void> is_table(const toml_value& value) {
    if (!std::holds_alternative<toml_value::table>(value.data)) return wrong_type(value, "a table");
    return {};
}

checked<std::string> text_in(const toml_value& value) {
    const auto* const text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return wrong_type(value, "a text in quotes");
    return *text;
}

checked<bool> flag_in(const toml_value& value) {
    const auto* const flag = std::get_if<bool>(&value.data);
    if (flag == nullptr) return wrong_type(value, "true or false");
    return *flag;
}

checked<std::int64_t> integer_in(const toml_value& value, std::int64_t min, std::int64_t max) {
    const auto* const number = std::get_if<std::int64_t>(&value.data);
    if (number == nullptr) return wrong_type(value, "an integer");
    if (*number < min || *number > max) return problem_at(value, std::to_string(*number) + " is out of range");
    return *number;
}

checked<std::vector<toml_value>> list_in(const toml_value& value, std::size_t min, std::size_t max) {
    const auto* const list = std::get_if<std::vector<toml_value>>(&value.data);
    if (list == nullptr) return wrong_type(value, "a list in brackets");
    if (list->size() < min || list->size() > max) {
        return problem_at(value, "this list has " + std::to_string(list->size()) + " entries");
    }
    return *list;
}

checked<std::vector<suite_id>> suites_in(const toml_value& value) {
    const auto list = list_in(value, 1, all_suites().size());
    if (!list) return tl::unexpected(list.error());
    std::vector<suite_id> suites;
    for (const auto& item : *list) {
        const auto name = text_in(item);
        if (!name) return tl::unexpected(name.error());
        const auto suite = suite_from_name(*name);
        if (!suite) return problem_at(item, quoted(*name) + " is not a crypto suite that this program has");
        if (std::ranges::find(suites, *suite) != suites.end())
            return problem_at(item, quoted(*name) + " is there twice");
        suites.push_back(*suite);
    }
    return suites;
}

checked<log_level> log_level_in(const toml_value& value) {
    const auto name = text_in(value);
    if (!name) return tl::unexpected(name.error());
    const auto* const row = std::ranges::find(level_names, *name, &std::pair<std::string_view, log_level>::first);
    if (row == level_names.end()) return problem_at(value, quoted(*name) + " is not a level");
    return row->second;
}

checked<bool> first_of(const toml_value& value, std::string_view first, std::string_view second) {
    const auto word = text_in(value);
    if (!word) return tl::unexpected(word.error());
    if (*word != first && *word != second) return problem_at(value, quoted(*word) + " is neither of the two");
    return *word == first;
}

std::string toml_list(std::span<const suite_id> suites) {
    std::string out;
    for (const auto suite : suites)
        out += (out.empty() ? "" : ", ") + toml_text(describe(suite).name);
    return "[" + out + "]";
}

std::string toml_name(log_level level) {
    return toml_text(std::ranges::find(level_names, level, &std::pair<std::string_view, log_level>::second)->first);
}

}  // namespace buri::store
