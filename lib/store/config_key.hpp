#pragma once
// What a configuration file may say, as a table: the parser, the commented template, the manual page and the tests read
// it.
#include <span>
#include <string>
#include <string_view>

namespace buri::store {

struct config_key {
    std::string_view name;
    std::string_view type;          ///< "integer", "text", "list of texts" …
    std::string_view allowed;       ///< what values there are, as a phrase
    std::string_view default_text;  ///< in TOML; empty: there is none
    std::string_view sentence;      ///< what it does and why one would change it
};

/// One item a key, in mdoc(7), as vpn-config(5) has them.
std::string man_section(std::span<const config_key> keys);

}  // namespace buri::store
