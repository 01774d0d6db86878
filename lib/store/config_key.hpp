#pragma once
// What a configuration file may say, as a table: the parser, the commented template, the manual page and the tests read
// it.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace buri::store {

/// A table for which a key has another default: "plan.premium".
struct table_default {
    std::string table;
    std::string text;
};

struct config_key {
    std::string_view name;      ///< "mtu"; "plan.NAME.max_members" once for each table [plan.NAME]
    std::string_view allowed;   ///< type and values, as a phrase: "an integer from 1280 to 9000"
    std::string_view example;   ///< in TOML, where there is no default
    std::string_view sentence;  ///< what it does, and why one would change it
    std::string default_text;   ///< in TOML; empty: there is none
    std::vector<table_default> other_defaults = {};
};

/// One item a key, in mdoc(7), as vpn-config(5) has them.
std::string man_section(std::span<const config_key> keys);

/// The lines of a template that explain a key.
std::string comment_of(const config_key& key);

}  // namespace buri::store
