#pragma once
// A TOML file as a flat list of entries with their places, so that only one source file has to know the TOML library.
#include "buri/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace buri::store {

struct text_position {
    std::size_t line = 0;
    std::size_t column = 0;

    auto operator<=>(const text_position&) const = default;
};

struct toml_value {
    /// Any type that no key of ours has: a float, a date.
    struct other {};
    struct table {};

    text_position where;
    std::variant<other, table, bool, std::int64_t, std::string, std::vector<toml_value>> data;
};

struct toml_entry {
    std::string name;  ///< with the names of the tables around it: "server.host"
    text_position where;
    toml_value value;
};

/// A file under the configuration's limit of size, in the order of the text. A table is an entry too.
class toml_document {
public:
    /// errc::config, "FILE:LINE:COLUMN: …", if it is not TOML.
    static result<toml_document> parse(std::string_view text, std::string_view file_name);

    [[nodiscard]] const std::vector<toml_entry>& entries() const { return entries_; }
    [[nodiscard]] const toml_entry* find(std::string_view name) const;

    /// "FILE:LINE:COLUMN: why"
    [[nodiscard]] error mistake(text_position where, std::string_view why) const;
    [[nodiscard]] const std::string& file_name() const { return file_name_; }

private:
    std::string file_name_;
    std::vector<toml_entry> entries_;
};

/// As TOML writes a text, with quotes.
std::string toml_text(std::string_view text);

inline constexpr std::size_t max_toml_file = 262'144;

}  // namespace buri::store
