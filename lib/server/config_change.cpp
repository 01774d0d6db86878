#include "buri/server/config_change.hpp"

namespace buri::server {
namespace {

using store::server_config;

struct setting {
    config_effect effect;
    bool (*is_same)(const server_config&, const server_config&);
    void (*copy)(const server_config& from, server_config& to);
};

template <auto member>
constexpr setting row(std::string_view key, bool at_once) {
    return {{key, at_once},
            [](const server_config& a, const server_config& b) { return a.*member == b.*member; },
            [](const server_config& from, server_config& to) { to.*member = from.*member; }};
}

constexpr bool at_once = true;
constexpr bool after_restart = false;

constexpr std::array table{
    row<&server_config::listen_tcp>("listen_tcp", after_restart),
    row<&server_config::listen_tls>("listen_tls", after_restart),
    row<&server_config::listen_stun>("listen_stun", after_restart),
    row<&server_config::bind>("bind", after_restart),
    row<&server_config::other_address>("other_address", after_restart),
    row<&server_config::relay>("relay", after_restart),
    row<&server_config::pool>("pool", after_restart),
    row<&server_config::ula>("ula", after_restart),
    row<&server_config::suites>("suites", at_once),
    row<&server_config::default_plan>("default_plan", at_once),
    row<&server_config::registration_open>("registration", at_once),
    row<&server_config::audit_days>("audit_days", at_once),
    row<&server_config::audit_entries>("audit_entries", at_once),
    row<&server_config::name>("name", after_restart),
    row<&server_config::log_level>("log_level", at_once),
    row<&server_config::plans>("plan", at_once),
};

}  // namespace

std::vector<config_effect> config_effects() {
    std::vector<config_effect> out;
    for (const auto& row : table)
        out.push_back(row.effect);
    return out;
}

config_change take_over(server_config& running, const server_config& wanted) {
    config_change out;
    for (const auto& row : table) {
        if (row.is_same(running, wanted)) continue;
        out.changed.emplace_back(row.effect.key);
        if (row.effect.at_once)
            row.copy(wanted, running);
        else
            out.restart_needed.emplace_back(row.effect.key);
    }
    return out;
}

}  // namespace buri::server
