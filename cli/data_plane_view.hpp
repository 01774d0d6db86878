#pragma once
// What the kernel and the processor do for a node's packets, as people read it. A field that is missing is left out.
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"

#include <string>

namespace buri::cli {

/// From the object data_plane of the status; empty without one.
std::string data_plane_view(const wire::json& status, const palette& colors);

}  // namespace buri::cli
