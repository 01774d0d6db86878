#include "buri/base/plan.hpp"

#include <algorithm>
#include <array>

namespace buri {
namespace {

constexpr auto table = std::to_array<permission_info>({
    {permission::open_networks, "open_networks", "networks without a password"},
    {permission::lock, "lock", "locked networks"},
    {permission::approval, "approval", "approval of new members"},
    {permission::bans, "bans", "bans"},
    {permission::administrators, "administrators", "administrators"},
    {permission::messages, "messages", "welcome messages and announcements"},
    {permission::no_encryption, "no_encryption", "networks without encryption"},
    {permission::network_chat, "network_chat", "messages to a whole network"},
    {permission::offline_messages, "offline_messages", "messages to peers that are offline"},
});

}  // namespace

std::span<const permission_info> all_permissions() {
    return table;
}

const permission_info& describe(permission value) {
    return table[static_cast<std::size_t>(value)];
}

std::optional<permission> parse_permission(std::string_view name) {
    const auto* const row = std::ranges::find(table, name, &permission_info::name);
    if (row == table.end()) return std::nullopt;
    return row->value;
}

bool is_plan_name(std::string_view name) {
    constexpr std::size_t max_length = 32;
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && name.size() <= max_length && std::ranges::all_of(name, fits);
}

plan free_plan() {
    return {"free", 16, 64, 256, 2'500'000, {}};
}

plan premium_plan() {
    plan out{"premium", 256, 256, 0, 0, {}};
    for (const auto& row : table)
        out.permissions.insert(row.value);
    return out;
}

}  // namespace buri
