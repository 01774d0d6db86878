#include "buri/core/node/documents.hpp"

#include "buri/base/timestamp.hpp"

namespace buri::core {

using wire::json;

json address_json(const std::optional<node_id>& id) {
    return id ? json(to_string(*id)) : json(nullptr);
}

json time_json(const std::optional<wall_time>& when) {
    return when ? json(to_rfc3339(*when)) : json(nullptr);
}

json privileges_json(privilege_set values) {
    json out = json::array();
    for (const auto& row : all_privileges()) {
        if (values.contains(row.value)) out.push_back(row.name);
    }
    return out;
}

json named_node_json(const std::optional<node_id>& id, const std::string& name) {
    return {{"address", address_json(id)}, {"name", name}};
}

json settings_json(const wire::network_settings& settings) {
    return {
        {"owner", address_json(settings.owner)},
        {"open", settings.open},
        {"locked", settings.locked},
        {"approval", settings.approval ? "manual" : "auto"},
        {"encryption", settings.encryption ? "on" : "off"},
        {"max_members", settings.max_members},
        {"heir", address_json(settings.heir)},
    };
}

json applicant_json(const wire::applicant& who) {
    return {
        {"address", to_string(who.id)},
        {"name", who.name},
        {"fingerprint", who.fingerprint},
        {"since", to_rfc3339(who.since)},
    };
}

json announcement_json(const wire::announcement_info& message) {
    return {
        {"id", message.id},
        {"time", to_rfc3339(message.at)},
        {"author", named_node_json(message.author, message.author_name)},
        {"text", message.text},
    };
}

json log_entry_json(const wire::log_entry& entry) {
    const bool has_target = entry.target || !entry.target_name.empty();
    return {
        {"id", entry.id},
        {"time", to_rfc3339(entry.at)},
        {"actor", named_node_json(entry.actor, entry.actor_name)},
        {"act", entry.act},
        {"network", entry.network},
        {"target", has_target ? named_node_json(entry.target, entry.target_name) : json(nullptr)},
        {"before", entry.before},
        {"after", entry.after},
        {"result", entry.result},
    };
}

json plan_json(const wire::plan_info& plan) {
    json permissions = json::array();
    for (const auto& row : all_permissions()) {
        if (plan.permissions.contains(row.value)) permissions.push_back(row.name);
    }
    return {
        {"name", plan.name},
        {"until", time_json(plan.until)},
        {"max_members", plan.max_members},
        {"max_networks", plan.max_networks},
        {"permissions", std::move(permissions)},
    };
}

}  // namespace buri::core
