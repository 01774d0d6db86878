#include "cli/server_views.hpp"

#include "cli/json_access.hpp"
#include "cli/text_table.hpp"
#include "cli/view_parts.hpp"

#include <cstdint>

namespace buri::cli {
namespace {

using color = palette::color;
using cell = text_table::cell;
using cells = std::vector<cell>;

cell right(std::string text) {
    return {std::move(text), color::plain, true};
}

cell mark_of(const wire::json& account) {
    return bool_of(account, "online") ? cell{"*", color::green} : cell{" "};
}

std::string uptime_text(const wire::json& status) {
    const auto seconds = number_of(status, "uptime_s");
    if (!seconds) return {};
    const auto minutes = static_cast<std::int64_t>(*seconds) / 60;
    const auto days = minutes / (24 * 60);
    const auto text = std::to_string(minutes / 60 % 24) + " h " + std::to_string(minutes % 60) + " min";
    return days > 0 ? std::to_string(days) + " d " + text : text;
}

std::string plan_text(const wire::json& account) {
    return text_of(account, "plan") + prefixed(" until ", text_of(account, "plan_until"));
}

std::string settings_text(const wire::json& network) {
    std::string out;
    const auto add = [&](bool is_so, const char* word) {
        if (is_so) out += (out.empty() ? "" : ", ") + std::string(word);
    };
    add(bool_of(network, "open"), "open");
    add(bool_of(network, "locked"), "locked");
    add(text_of(network, "approval") == "manual", "approval");
    add(text_of(network, "encryption") == "off", "NOT ENCRYPTED");
    return out;
}

cells account_row(const wire::json& account) {
    return {mark_of(account),
            {text_of(account, "address")},
            {text_of(account, "nickname"), color::bold},
            {plan_text(account)},
            right(text_of(account, "networks")),
            right(text_of(account, "owned")),
            {text_of(account, "created")},
            {text_of(account, "fingerprint")}};
}

std::string membership_text(const wire::json& network) {
    auto out = text_of(network, "name");
    if (bool_of(network, "owner")) out += " (owner)";
    if (bool_of(network, "waiting")) out += " (waiting for approval)";
    const auto can = names_text(array_of(network, "can"));
    return can.empty() ? out : out + " (" + can + ")";
}

cells network_row(const wire::json& network) {
    return {{text_of(network, "name"), color::bold},
            {person_of(network, "owner")},
            right(text_of(network, "members")),
            right(text_of(network, "waiting")),
            {text_of(network, "created")},
            {settings_text(network), text_of(network, "encryption") == "off" ? color::red : color::plain}};
}

cells plan_row(const wire::json& plan) {
    return {{bool_of(plan, "default") ? "*" : " "},
            {text_of(plan, "name"), color::bold},
            right(limit_text(plan, "max_members")),
            right(limit_text(plan, "max_networks")),
            right(limit_text(plan, "relay_kbit")),
            right(text_of(plan, "proxy_bytes") == "0" ? "unlimited" : bytes_text(plan, "proxy_bytes")),
            {names_text(array_of(plan, "permissions"))}};
}

cells licence_row(const wire::json& licence) {
    const auto only_for = person_of(licence, "for");
    return {{text_of(licence, "id")},           {text_of(licence, "plan"), color::bold},
            right(text_of(licence, "months")),  {only_for.empty() ? "any" : only_for},
            {text_of(licence, "made")},         {or_dash(person_of(licence, "used_by"))},
            {or_dash(text_of(licence, "used"))}};
}

std::string endpoints_text(const wire::json& relay) {
    std::string out;
    for (const auto* const kind : {"udp", "tcp", "tls"}) {
        const auto names = names_text(array_of(relay, kind));
        if (!names.empty()) out += (out.empty() ? "" : "; ") + std::string(kind) + " " + names;
    }
    return out;
}

cells relay_row(const wire::json& relay) {
    const auto kbit = text_of(relay, "kbit") + (bool_of(relay, "full") ? " (full)" : "");
    const bool is_here = bool_of(relay, "online");
    return {mark_of(relay),
            {text_of(relay, "name"), color::bold},
            {or_dash(text_of(relay, "region"))},
            {or_dash(text_of(relay, "since"))},
            right(is_here ? text_of(relay, "bindings") : "-"),
            right(is_here ? kbit : "-"),
            {or_dash(text_of(relay, "version"))},
            {or_dash(endpoints_text(relay))}};
}

}  // namespace

std::string server_status_view(const wire::json& status, const palette& colors) {
    text_table table;
    add_line(table, "server", text_of(status, "name"));
    add_line(table, "version", text_of(status, "version"));
    add_line(table, "pid", text_of(status, "pid"));
    add_line(table, "up for", uptime_text(status));
    add_line(table, "listens on", prefixed("TCP ", text_of(status, "listen_tcp")));
    const auto accounts = text_of(status, "accounts");
    add_line(table, "accounts",
             accounts.empty() ? "" : accounts + prefixed(", ", text_of(status, "online")) + " online");
    add_line(table, "networks", text_of(status, "networks"));
    add_line(table, "connections", text_of(status, "connections"));
    add_line(table, "tunnels", text_of(status, "tunnels"));
    add_line(table, "default plan", text_of(status, "default_plan"));
    add_line(table, "key", text_of(status, "fingerprint_ed25519"));
    add_line(table, "RSA key", text_of(status, "fingerprint_rsa"));
    return table.print(colors);
}

std::string account_view(const wire::json& account, const palette& colors) {
    text_table table;
    add_line(table, "address", text_of(account, "address"));
    add_line(table, "nickname", text_of(account, "nickname"));
    const bool online = bool_of(account, "online");
    add_line(table, "state", online ? "online" : "offline", online ? color::green : color::dim);
    add_line(table, "key", text_of(account, "fingerprint"));
    add_line(table, "plan", plan_text(account));
    add_line(table, "since", text_of(account, "created"));
    add_line(table, "software", text_of(account, "version"));
    bool is_first = true;
    for (const auto& network : array_of(account, "networks")) {
        add_line(table, is_first ? "networks" : "", membership_text(network));
        is_first = false;
    }
    return table.print(colors);
}

std::string server_network_view(const wire::json& network, const palette& colors) {
    text_table table;
    add_line(table, "name", text_of(network, "name"));
    add_line(table, "owner", joined({person_of(network, "owner"), text_of(object_of(network, "owner"), "address")}));
    add_line(table, "settings", settings_text(network),
             text_of(network, "encryption") == "off" ? color::red : color::plain);
    add_line(table, "since", text_of(network, "created"));
    add_line(table, "waiting", text_of(network, "waiting"));
    add_line(table, "bans", text_of(network, "bans"));
    add_line(table, "invites", text_of(network, "invites"));
    bool is_first = true;
    for (const auto& member : array_of(network, "members")) {
        const auto name = person_text(member);
        const auto address = text_of(member, "address");
        add_line(table, is_first ? "members" : "",
                 joined({address, name == address ? "" : name, names_text(array_of(member, "can")),
                         bool_of(member, "waiting") ? "waiting for approval" : ""}));
        is_first = false;
    }
    return table.print(colors);
}

std::string accounts_view(const wire::json& accounts, const palette& colors) {
    return table_of({{" "},
                     {"ADDRESS", color::dim},
                     {"NICKNAME", color::dim},
                     {"PLAN", color::dim},
                     {"NETWORKS", color::dim, true},
                     {"OWNED", color::dim, true},
                     {"SINCE", color::dim},
                     {"FINGERPRINT", color::dim}},
                    accounts, account_row, colors);
}

std::string server_networks_view(const wire::json& networks, const palette& colors) {
    return table_of({{"NETWORK", color::dim},
                     {"OWNER", color::dim},
                     {"MEMBERS", color::dim, true},
                     {"WAITING", color::dim, true},
                     {"SINCE", color::dim},
                     {"SETTINGS", color::dim}},
                    networks, network_row, colors);
}

std::string plans_view(const wire::json& plans, const palette& colors) {
    return table_of({{" "},
                     {"PLAN", color::dim},
                     {"MEMBERS", color::dim, true},
                     {"NETWORKS", color::dim, true},
                     {"RELAY KBIT/S", color::dim, true},
                     {"PROXY", color::dim, true},
                     {"INCLUDES", color::dim}},
                    plans, plan_row, colors);
}

std::string licences_view(const wire::json& licences, const palette& colors) {
    return table_of({{"ID", color::dim},
                     {"PLAN", color::dim},
                     {"MONTHS", color::dim, true},
                     {"FOR", color::dim},
                     {"MADE", color::dim},
                     {"USED BY", color::dim},
                     {"USED", color::dim}},
                    licences, licence_row, colors);
}

std::string fleet_view(const wire::json& relays, const palette& colors) {
    return table_of({{""},
                     {"NAME", color::dim},
                     {"REGION", color::dim},
                     {"SINCE", color::dim},
                     {"BINDINGS", color::dim, true},
                     {"KBIT/S", color::dim, true},
                     {"VERSION", color::dim},
                     {"ENDPOINTS", color::dim}},
                    relays, relay_row, colors);
}

}  // namespace buri::cli
