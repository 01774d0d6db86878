#pragma once
// How machines reach each other, as people read it. A field that is missing is left out.
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"

#include <string>

namespace buri::cli {

std::string netcheck_view(const wire::json& document, const palette& colors);
std::string why_view(const wire::json& document, const palette& colors);
std::string doctor_view(const wire::json& document, const palette& colors);

}  // namespace buri::cli
