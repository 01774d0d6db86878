#pragma once
// Fields of an object that somebody else made: what is missing or of another kind reads as empty.
#include "buri/wire/json.hpp"

#include <optional>
#include <string>

namespace buri::cli {

/// Printable; numbers as they are written in JSON; empty for null, objects and arrays.
std::string text_of(const wire::json& object, const char* name);
/// The same of a text, but it keeps its line ends.
std::string lines_of(const wire::json& object, const char* name);
bool bool_of(const wire::json& object, const char* name, bool by_default = false);
std::optional<double> number_of(const wire::json& object, const char* name);
/// Empty if it is not an object, array respectively.
const wire::json& object_of(const wire::json& object, const char* name);
const wire::json& array_of(const wire::json& object, const char* name);

}  // namespace buri::cli
