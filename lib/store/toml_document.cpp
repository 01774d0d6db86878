#include "buri/store/toml_document.hpp"

#include <algorithm>
#include <sstream>

// The library is linked, not compiled in: parsing it takes seconds.
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

namespace buri::store {
namespace {

text_position position_of(const toml::source_region& source) {
    return {source.begin.line, source.begin.column};
}

std::string mistake_text(std::string_view file_name, text_position where, std::string_view why) {
    return std::string(file_name) + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) + ": " +
           std::string(why);
}

toml_value value_of(const toml::node& node) {
    toml_value value;
    value.where = position_of(node.source());
    if (node.is_table()) value.data = toml_value::table();
    if (const auto* const text = node.as_string()) value.data = text->get();
    if (const auto* const number = node.as_integer()) value.data = number->get();
    if (const auto* const flag = node.as_boolean()) value.data = flag->get();
    if (const auto* const list = node.as_array()) {
        std::vector<toml_value> items;
        for (const auto& item : *list)
            items.push_back(value_of(item));
        value.data = std::move(items);
    }
    return value;
}

void flatten(const toml::table& table, const std::string& prefix, std::vector<toml_entry>& to) {
    for (const auto& [key, node] : table) {
        toml_entry entry;
        entry.name = prefix + std::string(key.str());
        entry.where = position_of(key.source());
        entry.value = value_of(node);
        to.push_back(entry);
        if (const auto* const inner = node.as_table()) flatten(*inner, entry.name + ".", to);
    }
}

}  // namespace

result<toml_document> toml_document::parse(std::string_view text, std::string_view file_name) {
    toml_document document;
    document.file_name_ = file_name;
    try {
        flatten(toml::parse(text, file_name), "", document.entries_);
    } catch (const toml::parse_error& problem) {
        const auto why = "this is not TOML: " + std::string(problem.description()) + ". Correct the line.";
        return fail(document.mistake(position_of(problem.source()), why));
    }
    std::ranges::stable_sort(document.entries_, {}, &toml_entry::where);
    return document;
}

const toml_entry* toml_document::find(std::string_view name) const {
    const auto at = std::ranges::find(entries_, name, &toml_entry::name);
    return at != entries_.end() ? &*at : nullptr;
}

error toml_document::mistake(text_position where, std::string_view why) const {
    return {errc::config, mistake_text(file_name_, where, why)};
}

std::string toml_text(std::string_view text) {
    std::ostringstream out;
    const toml::value<std::string> value{std::string(text)};
    out << toml::toml_formatter(value, toml::format_flags::allow_unicode_strings);
    return out.str();
}

}  // namespace buri::store
