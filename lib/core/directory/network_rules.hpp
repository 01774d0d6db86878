#pragma once
// Who may do what with a network. A rule reads the directory and says what would have to become durable; it changes
// nothing itself. An empty change is success too: what was asked for is so already.
#include "buri/core/directory/directory.hpp"

#include <optional>

namespace buri::core {

using network_password = std::optional<std::string>;  ///< none: open, or none given

/// The actor becomes owner and first member. errc::name_taken, password_missing (given, but empty), too_many_networks.
result<record_change> create_network(const directory& records, const directory_limits& limits, node_id actor,
                                     const network_name& name, const network_password& password, wall_time today,
                                     random_source& random);

/// errc::network_not_found, too_many_networks, password_missing, password_wrong, network_full.
result<record_change> join_network(const directory& records, const directory_limits& limits, node_id actor,
                                   const network_name& name, const network_password& password, wall_time today);

/// errc::network_not_found, owner_cannot_leave.
result<record_change> leave_network(const directory& records, node_id actor, const network_name& name);

/// errc::network_not_found, not_owner.
result<record_change> delete_network(const directory& records, node_id actor, const network_name& name);

}  // namespace buri::core
