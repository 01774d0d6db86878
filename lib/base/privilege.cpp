#include "buri/base/privilege.hpp"

#include <algorithm>
#include <array>

namespace buri {
namespace {

constexpr auto table = std::to_array<privilege_info>({
    {privilege::password, "password"},
    {privilege::access, "access"},
    {privilege::approve, "approve"},
    {privilege::evict, "evict"},
    {privilege::ban, "ban"},
    {privilege::message, "message"},
});

}  // namespace

std::span<const privilege_info> all_privileges() {
    return table;
}

std::string_view to_string(privilege value) {
    return table[static_cast<std::size_t>(value)].name;
}

std::optional<privilege> parse_privilege(std::string_view name) {
    const auto* const row = std::ranges::find(table, name, &privilege_info::name);
    if (row == table.end()) return std::nullopt;
    return row->value;
}

std::string to_string(privilege_set values) {
    std::string out;
    for (const auto& row : table) {
        if (!values.contains(row.value)) continue;
        out += (out.empty() ? "" : ",") + std::string(row.name);
    }
    return out;
}

}  // namespace buri
