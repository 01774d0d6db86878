#include "buri/store/plan_config.hpp"

#include <limits>

namespace buri::store {
namespace {

constexpr std::int64_t max_rate = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t max_volume = std::numeric_limits<std::int64_t>::max();

checked<std::int64_t> member_limit_in(const toml_value& value) {
    auto limit = integer_in(value, 0, 65536);
    // Its owner alone is no network.
    if (limit && *limit == 1) return problem_at(value, "1 is out of range");
    return limit;
}

checked<permission_set> permissions_in(const toml_value& value) {
    permission_set chosen;
    if (std::holds_alternative<std::string>(value.data)) {
        for (const auto& row : all_permissions())
            chosen.insert(row.value);
        if (text_in(value) != "all") return problem_at(value, "a single text can only be \"all\"");
        return chosen;
    }
    const auto list = list_in(value, 0, all_permissions().size());
    if (!list) return tl::unexpected(list.error());
    for (const auto& item : *list) {
        const auto name = text_in(item);
        if (!name) return tl::unexpected(name.error());
        const auto found = parse_permission(*name);
        if (!found) return problem_at(item, "'" + name->substr(0, 128) + "' is not a permission");
        if (chosen.contains(*found)) return problem_at(item, "'" + *name + "' is there twice");
        chosen.insert(*found);
    }
    return chosen;
}

std::string toml_permissions(permission_set chosen) {
    std::string names;
    for (const auto& row : all_permissions()) {
        if (chosen.contains(row.value)) names += (names.empty() ? "" : ", ") + toml_text(row.name);
    }
    const bool are_all = chosen.size() == static_cast<int>(all_permissions().size());
    return are_all ? toml_text("all") : "[" + names + "]";
}

/// The phrase and the sentence about permissions, from their table.
std::string_view allowed_permissions() {
    static const std::string phrase = [] {
        std::string names;
        for (const auto& row : all_permissions())
            names += (names.empty() ? "" : ", ") + toml_text(row.name);
        return "\"all\", or a list of " + names + ", each once";
    }();
    return phrase;
}

std::string_view reason_for_permissions() {
    static const std::string sentence = [] {
        std::string meanings;
        for (const auto& row : all_permissions())
            meanings += (meanings.empty() ? "" : ", ") + toml_text(row.name) + " (" + std::string(row.phrase) + ")";
        return "What the plan includes, for an account and for the networks that it owns: " + meanings +
               ". When a plan ends, what was set stays as it is; only setting it anew is refused.";
    }();
    return sentence;
}

std::span<const config_row<plan>> rows() {
    static const auto made = std::to_array<config_row<plan>>({
        {{"plan.NAME.max_members", "0, or an integer from 2 to 65536", "",
          "How many members a network may have whose owner has this plan; 0: any number. Each member is told about "
          "every other one, so the traffic of a network grows with the square of this. A network that has more "
          "already keeps them, and takes no new ones.",
          ""},
         [](const toml_value& value, plan& to) { return store_in(to.max_members, member_limit_in(value)); },
         [](const plan& from) { return std::to_string(from.max_members); }},
        {{"plan.NAME.max_networks", "an integer from 0 to 65536", "",
          "How many networks a node with this plan may be in, own ones included; 0: any number. It bounds what one "
          "account can make the server store.",
          ""},
         [](const toml_value& value, plan& to) { return store_in(to.max_networks, integer_in(value, 0, 65536)); },
         [](const plan& from) { return std::to_string(from.max_networks); }},
        {{"plan.NAME.relay_kbit", "an integer from 0 to 4294967295", "",
          "How fast relays carry the traffic of a node with this plan, in kbit/s; 0: without limit.", ""},
         [](const toml_value& value, plan& to) { return store_in(to.relay_kbit, integer_in(value, 0, max_rate)); },
         [](const plan& from) { return std::to_string(from.relay_kbit); }},
        {{"plan.NAME.proxy_bytes", "an integer from 0 to 9223372036854775807", "",
          "How much a node with this plan may pass through a peer's web proxy in one connection, in bytes; 0: without "
          "limit.",
          ""},
         [](const toml_value& value, plan& to) { return store_in(to.proxy_bytes, integer_in(value, 0, max_volume)); },
         [](const plan& from) { return std::to_string(from.proxy_bytes); }},
        {{"plan.NAME.permissions", allowed_permissions(), "", reason_for_permissions(), ""},
         [](const toml_value& value, plan& to) { return store_in(to.permissions, permissions_in(value)); },
         [](const plan& from) { return toml_permissions(from.permissions); }},
    });
    return made;
}

plan* find_plan(const std::string& name, server_config& config) {
    if (!is_plan_name(name) || name == "default") return nullptr;
    const auto found = std::ranges::find(config.plans, name, &plan::name);
    if (found != config.plans.end()) return &*found;
    auto& added = config.plans.emplace_back(free_plan());
    added.name = name;
    added.permissions = {};
    return &added;
}

}  // namespace

checked<std::string> plan_name_in(const toml_value& value) {
    auto name = text_in(value);
    if (name && !is_plan_name(*name))
        return problem_at(value, "'" + name->substr(0, 128) + "' cannot be a plan's name");
    return name;
}

const named_tables<server_config, plan>& plan_tables() {
    static const named_tables<server_config, plan> made{
        "plan", "1 to 32 characters of a-z, 0-9 and '-', but not 'default'", rows(),
        [](const server_config& config) -> const std::vector<plan>& { return config.plans; }, find_plan};
    return made;
}

}  // namespace buri::store
