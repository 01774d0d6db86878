#pragma once
// A configuration as rows: how each key is read into the structure and written from it.
#include "buri/store/config_key.hpp"
#include "buri/store/config_values.hpp"
#include "buri/store/toml_document.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::store {

template <typename Config>
struct config_row {
    config_key key;
    checked<void> (*read)(const toml_value&, Config&);
    std::string (*write)(const Config&);  ///< in TOML; empty where nothing is set
};

/// Tables that the user names, [plan.NAME] say, each for an item of its own. The keys of their rows are like
/// "plan.NAME.max_members".
template <typename Config, typename Item>
struct named_tables {
    std::string_view prefix;        ///< "plan"
    std::string_view allowed_name;  ///< as a phrase
    std::span<const config_row<Item>> rows;
    const std::vector<Item>& (*items)(const Config&);
    /// Makes the item if it is not there. Nothing: it cannot have this name.
    Item* (*find)(const std::string& name, Config&);
};

/// Of a configuration without such tables.
struct no_item {
    std::string name;
};

template <typename Config, typename Item = no_item>
struct config_table {
    std::string_view head;  ///< of the template
    std::span<const config_row<Config>> rows;
    const named_tables<Config, Item>* tables = nullptr;
};

/// What follows NAME in a key like "plan.NAME.max_members", with its point.
inline std::string_view key_in_table(const config_key& key) {
    return key.name.substr(key.name.rfind('.'));
}

/// All keys with the defaults that the structure has.
template <typename Config, typename Item>
std::vector<config_key> keys_of(const config_table<Config, Item>& table) {
    const Config defaults;
    std::vector<config_key> keys;
    for (const auto& row : table.rows) {
        keys.push_back(row.key);
        keys.back().default_text = row.write(defaults);
    }
    if (table.tables == nullptr) return keys;
    for (const auto& row : table.tables->rows) {
        auto& key = keys.emplace_back(row.key);
        for (const auto& item : table.tables->items(defaults)) {
            const auto text = row.write(item);
            if (key.default_text.empty()) key.default_text = text;
            if (text != key.default_text) {
                key.other_defaults.push_back({std::string(table.tables->prefix) + "." + item.name, text});
            }
        }
    }
    return keys;
}

/// Reads the entries of one document.
template <typename Config, typename Item>
class config_reader {
public:
    config_reader(const toml_document& document, const config_table<Config, Item>& table)
        : document_(document), table_(table) {}

    /// The first mistake in the text is the one that is told.
    result<Config> read() {
        for (const auto& entry : document_.entries()) {
            if (auto done = read(entry); !done) return fail(std::move(done.error()));
        }
        return std::move(config_);
    }

private:
    result<void> read(const toml_entry& entry) {
        const auto row = std::ranges::find(table_.rows, entry.name, [](const auto& each) { return each.key.name; });
        if (row != table_.rows.end()) return told(entry, row->read(entry.value, config_), row->key.allowed);
        if (table_.tables != nullptr) return read_named(entry, *table_.tables);
        return fail(unknown_key(entry));
    }

    result<void> read_named(const toml_entry& entry, const named_tables<Config, Item>& tables) {
        if (entry.name == tables.prefix) return told(entry, is_table(entry.value), "a table of tables");
        if (!entry.name.starts_with(std::string(tables.prefix) + ".")) return fail(unknown_key(entry));
        const auto rest = std::string_view(entry.name).substr(tables.prefix.size() + 1);
        const auto is_meant = [&](const auto& each) { return rest.ends_with(key_in_table(each.key)); };
        const auto row = std::ranges::find_if(tables.rows, is_meant);
        const bool is_item = row == tables.rows.end();
        if (is_item && !is_table(entry.value)) return fail(unknown_key(entry));
        const std::string name(rest.substr(0, rest.size() - (is_item ? 0 : key_in_table(row->key).size())));
        auto* const item = tables.find(name, config_);
        if (item == nullptr) {
            const config_problem why{entry.where, "'" + name.substr(0, 128) + "' cannot be a name here"};
            return told(entry, tl::unexpected(why), tables.allowed_name);
        }
        if (is_item) return {};
        return told(entry, row->read(entry.value, *item), row->key.allowed);
    }

    result<void> told(const toml_entry& entry, const checked<void>& done, std::string_view allowed) {
        if (done) return {};
        const auto why = entry.name + ": " + done.error().why + ". It must be " + std::string(allowed) + ".";
        return fail(document_.mistake(done.error().where, why));
    }

    error unknown_key(const toml_entry& entry) {
        std::string names;
        for (const auto& key : keys_of(table_))
            names += (names.empty() ? "" : ", ") + std::string(key.name);
        return document_.mistake(
            entry.where, "there is no key '" + entry.name + "'. Correct or remove it. Keys are: " + names + ".");
    }

    const toml_document& document_;
    const config_table<Config, Item>& table_;
    Config config_;
};

template <typename Config, typename Item>
result<Config> read_config(const toml_document& document, const config_table<Config, Item>& table) {
    return config_reader(document, table).read();
}

/// A line of the template: set, or commented out.
inline std::string config_line(const std::string& name, const std::string& value, bool is_set) {
    return (is_set ? "" : "#") + name + " = " + value + "\n";
}

/// Every key with its reason: set where it differs from the default, commented out elsewhere.
template <typename Config, typename Item>
std::string write_config(const Config& config, const config_table<Config, Item>& table) {
    const Config defaults;
    std::string out(table.head);
    for (const auto& row : table.rows) {
        const auto value = row.write(config);
        out += "\n" + comment_of(row.key);
        out += config_line(std::string(row.key.name), value.empty() ? std::string(row.key.example) : value,
                           value != row.write(defaults));
    }
    if (table.tables == nullptr) return out;
    const auto& items = table.tables->items(defaults);
    for (const auto& row : table.tables->rows) {
        out += "\n" + comment_of(row.key);
        // Not under a heading: a line that somebody adds at the end must not land in the last table.
        for (const auto& item : table.tables->items(config)) {
            const auto initial = std::ranges::find(items, item.name, &Item::name);
            const auto name = std::string(table.tables->prefix) + "." + item.name + std::string(key_in_table(row.key));
            out += config_line(name, row.write(item), initial == items.end() || row.write(item) != row.write(*initial));
        }
    }
    return out;
}

}  // namespace buri::store
