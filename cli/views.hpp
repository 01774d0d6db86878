#pragma once
// The answers of the daemon as people read them. A field that is missing is left out, never an error: daemon and command may be
// of different versions.
#include "buri/base/time_point.hpp"
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"

#include <string>

namespace buri::cli {

/// A plan that ends within 14 days of `now` stands out.
std::string status_view(const wire::json& status, wall_time now, const palette& colors);

/// Networks with their members, this node first, from `status`, and those who wait for approval last.
std::string networks_view(const wire::json& networks, const wire::json& status, const palette& colors);

std::string peers_view(const wire::json& peers, const palette& colors);
std::string peer_view(const wire::json& peer, const palette& colors);

/// One line.
std::string event_view(const wire::json& event, const palette& colors);

/// "1.2 ms"
std::string milliseconds_text(double milliseconds);

/// The array that an answer is, or holds under `name`.
wire::json items_of(const wire::json& answer, const char* name);

}  // namespace buri::cli
