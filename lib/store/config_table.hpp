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

/// The keys with the defaults that the structure has.
template <typename Config>
std::vector<config_key> keys_of(std::span<const config_row<Config>> rows) {
    std::vector<config_key> keys;
    for (const auto& row : rows) {
        keys.push_back(row.key);
        keys.back().default_text = row.write(Config());
    }
    return keys;
}

template <typename Config>
error unknown_key(const toml_document& document, const toml_entry& entry, std::span<const config_row<Config>> rows) {
    std::string names;
    for (const auto& row : rows)
        names += (names.empty() ? "" : ", ") + std::string(row.key.name);
    return document.mistake(entry.where,
                            "there is no key '" + entry.name + "'. Correct or remove it. Keys are: " + names + ".");
}

/// The first mistake in the text is the one that is told.
template <typename Config>
result<Config> read_config(const toml_document& document, std::span<const config_row<Config>> rows) {
    Config config;
    for (const auto& entry : document.entries()) {
        const auto row = std::ranges::find(rows, entry.name, [](const auto& each) { return each.key.name; });
        if (row == rows.end()) return fail(unknown_key(document, entry, rows));
        if (const auto done = row->read(entry.value, config); !done) {
            const auto why =
                entry.name + ": " + done.error().why + ". It must be " + std::string(row->key.allowed) + ".";
            return fail(document.mistake(done.error().where, why));
        }
    }
    return config;
}

/// Every key with its reason: set where it differs from the default, commented out elsewhere.
template <typename Config>
std::string write_config(std::string_view head, const Config& config, std::span<const config_row<Config>> rows) {
    const Config defaults;
    std::string out(head);
    for (const auto& row : rows) {
        const auto value = row.write(config);
        const bool is_set = value != row.write(defaults);
        out += "\n" + comment_of(row.key);
        out += (is_set ? "" : "#") + std::string(row.key.name) + " = ";
        out += (value.empty() ? std::string(row.key.example) : value) + "\n";
    }
    return out;
}

}  // namespace buri::store
