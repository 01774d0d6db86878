#pragma once
// Parts of the local interface's JSON documents that its events hold too (vpn(1), LOCAL INTERFACE).
#include "buri/wire/json.hpp"
#include "buri/wire/messages.hpp"

#include <optional>

namespace buri::core {

/// Address, or null.
wire::json address_json(const std::optional<node_id>& id);
/// RFC 3339, or null.
wire::json time_json(const std::optional<wall_time>& when);
/// A list of names.
wire::json privileges_json(privilege_set values);
/// {address, name}
wire::json named_node_json(const std::optional<node_id>& id, const std::string& name);
/// {owner, open, locked, approval, encryption, max_members, heir}
wire::json settings_json(const wire::network_settings& settings);
/// {address, name, fingerprint, since}
wire::json applicant_json(const wire::applicant& who);
/// {id, time, author {address, name}, text}
wire::json announcement_json(const wire::announcement_info& message);
/// {id, time, actor {address, name}, act, network, target {address, name} or null, before, after, result}
wire::json log_entry_json(const wire::log_entry& entry);
/// {name, until, max_members, max_networks, permissions}
wire::json plan_json(const wire::plan_info& plan);

}  // namespace buri::core
