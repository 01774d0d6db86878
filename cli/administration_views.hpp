#pragma once
// What owners and administrators of networks read. As in views.hpp, a missing field is left out.
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"

#include <string>

namespace buri::cli {

// Tables with a head; empty for an empty array.
std::string requests_view(const wire::json& requests, const palette& colors);
std::string bans_view(const wire::json& bans, const palette& colors);
std::string administrators_view(const wire::json& administrators, const palette& colors);
std::string announcements_view(const wire::json& announcements, const palette& colors);
std::string invites_view(const wire::json& invites, const palette& colors);
std::string log_view(const wire::json& entries, const palette& colors);

/// An entry of the log, for those that come one by one.
std::string log_line(const wire::json& entry, const palette& colors);

}  // namespace buri::cli
