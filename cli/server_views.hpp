#pragma once
// What the operator of a server reads. As in views.hpp, a missing field is left out.
#include "buri/wire/json.hpp"
#include "cli/palette.hpp"

#include <string>

namespace buri::cli {

// Blocks of lines.
std::string server_status_view(const wire::json& status, const palette& colors);
std::string account_view(const wire::json& account, const palette& colors);
std::string server_network_view(const wire::json& network, const palette& colors);

// Tables with a head; empty for an empty array.
std::string accounts_view(const wire::json& accounts, const palette& colors);
std::string server_networks_view(const wire::json& networks, const palette& colors);
std::string plans_view(const wire::json& plans, const palette& colors);
std::string licences_view(const wire::json& licences, const palette& colors);
std::string fleet_view(const wire::json& relays, const palette& colors);

}  // namespace buri::cli
