#include "cli/privileges.hpp"

#include <algorithm>

namespace buri::cli {

std::optional<privilege_set> parse_privileges(std::string_view text) {
    privilege_set out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        const auto value = parse_privilege(text.substr(at, end - at));
        if (!value) return std::nullopt;
        out.insert(*value);
        at = end + 1;
    }
    return out;
}

wire::json to_json(privilege_set privileges) {
    wire::json out = wire::json::array();
    for (const auto& each : all_privileges()) {
        if (privileges.contains(each.value)) out.push_back(each.name);
    }
    return out;
}

}  // namespace buri::cli
