#include "cli/views.hpp"

#include "buri/base/timestamp.hpp"
#include "cli/json_access.hpp"
#include "cli/peer_row.hpp"
#include "cli/printable.hpp"
#include "cli/text_table.hpp"
#include "cli/view_parts.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <vector>

namespace buri::cli {
namespace {

using color = palette::color;

color state_color(const std::string& state) {
    if (state == "online" || state == "direct") return color::green;
    if (state == "alarm") return color::red;
    return state == "connecting" ? color::yellow : color::dim;
}

std::string server_text(const wire::json& server) {
    const auto host = text_of(server, "host");
    if (host.empty()) return {};
    const bool v6 = host.find(':') != std::string::npos;
    return joined({(v6 ? "[" + host + "]" : host) + prefixed(":", text_of(server, "port")),
                   prefixed("by ", text_of(server, "way")), bool_of(server, "verified") ? "verified" : "",
                   prefixed("suite ", text_of(server, "suite"))});
}

color path_color(const std::string& state) {
    return state == "relay" || state == "idle" ? color::yellow : state_color(state);
}

std::string nat_text(const std::string& nat) {
    if (nat == "none") return "no NAT";
    if (nat == "endpoint_independent") return "NAT: endpoint-independent";
    if (nat == "address_dependent") return "NAT: address-dependent";
    if (nat == "address_port_dependent") return "NAT: address and port-dependent";
    return {};
}

/// ", 2 direct"
std::string counted(const wire::json& peers, const char* name, bool also_none) {
    const auto count = text_of(peers, name);
    if (count.empty() || (count == "0" && !also_none)) return {};
    return ", " + count + (name == std::string_view("relay") ? " by relay" : " " + std::string(name));
}

std::string peer_counts(const wire::json& peers) {
    const auto total = text_of(peers, "total");
    if (total.empty()) return {};
    return total + prefixed(", ", text_of(peers, "online")) + " online" + counted(peers, "direct", true) +
           counted(peers, "relay", false) + counted(peers, "idle", false);
}

constexpr std::chrono::days warned_before{14};

std::optional<wall_time> end_of(const wire::json& plan) {
    return parse_rfc3339(text_of(plan, "until"));
}

bool ends_soon(const wire::json& plan, wall_time now) {
    const auto end = end_of(plan);
    return end && *end - now <= warned_before;
}

std::string plan_text(const wire::json& plan, wall_time now) {
    auto out = text_of(plan, "name") + prefixed(" until ", text_of(plan, "until"));
    if (!ends_soon(plan, now)) return out;
    const auto left = std::chrono::floor<std::chrono::days>(*end_of(plan) - now).count();
    return out + (left < 0 ? " (over)" : left == 1 ? " (1 day left)" : " (" + std::to_string(left) + " days left)");
}

std::string plan_limits(const wire::json& plan) {
    const auto members = limit_text(plan, "max_members");
    const auto networks = limit_text(plan, "max_networks");
    return members.empty() || networks.empty() ? "" : members + " members a network, " + networks + " networks";
}

std::string unencrypted_text(const wire::json& status) {
    const auto count = number_of(status, "unencrypted_peers").value_or(0);
    if (count == 0) return {};
    return "NOT ENCRYPTED with " + text_of(status, "unencrypted_peers") + (count == 1 ? " peer" : " peers") +
           ": everybody on the way can read those packets";
}

}  // namespace

std::string milliseconds_text(double milliseconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", milliseconds);
    return text.data();
}

wire::json items_of(const wire::json& answer, const char* name) {
    if (answer.is_array()) return answer;
    return array_of(answer, name);
}

std::string status_view(const wire::json& status, wall_time now, const palette& colors) {
    text_table table;
    const auto state = text_of(status, "state");
    add_line(table, "state", state, state_color(state));
    add_line(table, "problem", problem_of(status), color::red);
    add_line(table, "address", joined({text_of(status, "address"), text_of(status, "address6")}));
    add_line(table, "nickname", text_of(status, "nickname"));
    const auto type = text_of(status, "key_type");
    add_line(table, "key", text_of(status, "fingerprint") + (type.empty() ? "" : " (" + type + ")"));
    const auto& server = object_of(status, "server");
    add_line(table, "server", server_text(server));
    add_line(table, "", text_of(server, "fingerprint"));
    add_line(table, "interface",
             joined({text_of(status, "interface"), prefixed("mtu ", text_of(status, "mtu")),
                     prefixed("udp ", text_of(status, "udp_port"))}));
    add_line(table, "seen as", joined({names_text(array_of(status, "mapped")), nat_text(text_of(status, "nat"))}));
    add_line(table, "networks", text_of(status, "networks"));
    add_line(table, "peers", peer_counts(object_of(status, "peers")));
    const auto& plan = object_of(status, "plan");
    add_line(table, "plan", joined({plan_text(plan, now), plan_limits(plan)}),
             ends_soon(plan, now) ? color::yellow : color::plain);
    add_line(table, "encryption", unencrypted_text(status), color::red);
    return table.print(colors);
}

std::string peers_view(const wire::json& peers, const palette& colors) {
    text_table table;
    table.add({{" "},
               {"ADDRESS", color::dim},
               {"NICKNAME", color::dim},
               {"STATE", color::dim},
               {"ENDPOINT", color::dim},
               {"RTT", color::dim, true},
               {"NETWORKS", color::dim}});
    for (const auto& peer : peers) {
        auto row = peer_row(peer, text_of(peer, "nickname"));
        const auto problem = row.back();
        row.back() = {names_text(array_of(peer, "networks"))};
        row.push_back(problem);
        table.add(std::move(row));
    }
    return peers.empty() ? "" : table.print(colors);
}

std::string peer_view(const wire::json& peer, const palette& colors) {
    text_table table;
    const auto state = text_of(peer, "state");
    add_line(table, "nickname", text_of(peer, "nickname"));
    add_line(table, "address", joined({text_of(peer, "address"), text_of(peer, "address6")}));
    add_line(table, "state", joined({path_text(peer), way_text(peer), round_trip(peer).text}), path_color(state));
    add_line(table, "problem", problem_of(peer), color::red);
    add_line(table, "tunnel",
             joined({prefixed("suite ", text_of(peer, "suite")), prefixed("epoch ", text_of(peer, "epoch")),
                     prefixed("mtu ", text_of(peer, "mtu"))}));
    if (!bool_of(peer, "encrypted", true))
        add_line(table, "encryption", "NOT ENCRYPTED: everybody on the way can read the packets", color::red);
    const auto fingerprint = text_of(peer, "fingerprint");
    add_line(table, "key",
             fingerprint.empty() ? "" : joined({fingerprint, bool_of(peer, "verified") ? "verified" : "not verified"}));
    add_line(table, "traffic",
             joined({prefixed("sent ", bytes_text(peer, "sent_bytes")),
                     prefixed("received ", bytes_text(peer, "received_bytes"))}));
    add_line(table, "networks", names_text(array_of(peer, "networks")));
    return table.print(colors);
}

std::string event_view(const wire::json& event, const palette& colors) {
    std::string out = colors.paint(color::dim, text_of(event, "time"));
    if (!out.empty()) out += "  ";
    out += colors.paint(color::bold, text_of(event, "event"));
    if (!event.is_object()) return out + "\n";
    for (const auto& [name, value] : event.items()) {
        if (name == "time" || name == "event" || value.is_null()) continue;
        auto shown = person_text(value);
        if (shown.empty()) shown = printable(value.dump(-1, ' ', false, wire::json::error_handler_t::replace));
        out += "  " + printable(name) + "=" + shown;
    }
    return out + "\n";
}

}  // namespace buri::cli
