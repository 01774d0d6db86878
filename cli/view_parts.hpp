#pragma once
// Pieces that several views are made of.
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"
#include "cli/text_table.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace buri::cli {

/// Parts that are not empty, two blanks apart.
std::string joined(std::initializer_list<std::string> parts);
/// Empty if the text is.
std::string prefixed(std::string_view prefix, const std::string& text);
/// The texts of an array: "one, two".
std::string names_text(const wire::json& array);
/// A name, or an object with a name, a nickname or at least an address.
std::string person_text(const wire::json& person);
/// The same for a field; empty if it is missing or null.
std::string person_of(const wire::json& object, const char* name);
/// "1.2 MB"; empty if the field is not a number.
std::string bytes_text(const wire::json& object, const char* name);
/// "256", "unlimited" for 0; empty if the field is not a number.
std::string limit_text(const wire::json& object, const char* name);
std::string problem_of(const wire::json& object);

/// A line of a block, left out if it has nothing to say.
void add_line(text_table& table, std::string label, std::string text, palette::color with = palette::color::plain);
/// "-" where a cell without text would look forgotten.
std::string or_dash(std::string text);
/// A head, then a row for each; empty for an empty array.
std::string table_of(std::vector<text_table::cell> titles, const wire::json& items,
                     std::vector<text_table::cell> (*row)(const wire::json& item), const palette& colors);
/// Titles in a row.
std::vector<text_table::cell> head(std::initializer_list<std::string_view> titles);

}  // namespace buri::cli
