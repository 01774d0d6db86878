#include "cli/view_parts.hpp"

#include "cli/json_access.hpp"
#include "cli/printable.hpp"

#include <array>
#include <cstdio>

namespace buri::cli {

std::string joined(std::initializer_list<std::string> parts) {
    std::string out;
    for (const auto& part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += "  ";
        out += part;
    }
    return out;
}

std::string prefixed(std::string_view prefix, const std::string& text) {
    return text.empty() ? "" : std::string(prefix) + text;
}

std::string names_text(const wire::json& array) {
    std::string out;
    for (const auto& item : array) {
        if (!item.is_string()) continue;
        if (!out.empty()) out += ", ";
        out += printable(item.get_ref<const std::string&>());
    }
    return out;
}

std::string person_text(const wire::json& person) {
    if (person.is_string()) return printable(person.get_ref<const std::string&>());
    for (const auto* const name : {"name", "nickname", "address"}) {
        if (auto text = text_of(person, name); !text.empty()) return text;
    }
    return {};
}

std::string person_of(const wire::json& object, const char* name) {
    if (!object.is_object() || !object.contains(name)) return {};
    return person_text(object.at(name));
}

std::string bytes_text(const wire::json& object, const char* name) {
    const auto count = number_of(object, name);
    if (!count) return {};
    constexpr std::array<const char*, 5> units{"B", "KB", "MB", "GB", "TB"};
    double value = *count;
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
    return text.data();
}

std::string limit_text(const wire::json& object, const char* name) {
    const auto count = number_of(object, name);
    if (!count) return {};
    return *count == 0 ? "unlimited" : text_of(object, name);
}

std::string problem_of(const wire::json& object) {
    return text_of(object_of(object, "problem"), "text");
}

void add_line(text_table& table, std::string label, std::string text, palette::color with) {
    if (!text.empty()) table.add({{std::move(label), palette::color::dim}, {std::move(text), with}});
}

std::string or_dash(std::string text) {
    return text.empty() ? "-" : std::move(text);
}

std::string table_of(std::vector<text_table::cell> titles, const wire::json& items,
                     std::vector<text_table::cell> (*row)(const wire::json& item), const palette& colors) {
    if (!items.is_array() || items.empty()) return {};
    text_table table;
    table.add(std::move(titles));
    for (const auto& item : items)
        table.add(row(item));
    return table.print(colors);
}

std::vector<text_table::cell> head(std::initializer_list<std::string_view> titles) {
    std::vector<text_table::cell> row;
    for (const auto title : titles)
        row.push_back({std::string(title), palette::color::dim});
    return row;
}

}  // namespace buri::cli
