#pragma once
// What a configuration file may say, as a table: the parser, the commented template, the manual page and the tests read
// it.
#include <span>
#include <string>
#include <string_view>

namespace buri::store {

struct config_key {
    std::string_view name;
    std::string_view allowed;   ///< type and values, as a phrase: "an integer from 1280 to 9000"
    std::string_view example;   ///< in TOML, where there is no default
    std::string_view sentence;  ///< what it does, and why one would change it
    std::string default_text;   ///< in TOML; empty: there is none
};

/// One item a key, in mdoc(7), as vpn-config(5) has them.
std::string man_section(std::span<const config_key> keys);

/// The lines of a template that explain a key.
std::string comment_of(const config_key& key);

}  // namespace buri::store
