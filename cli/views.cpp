#include "cli/views.hpp"

#include "cli/json_access.hpp"
#include "cli/printable.hpp"
#include "cli/text_table.hpp"

#include <array>
#include <cstdio>
#include <vector>

namespace buri::cli {
namespace {

using color = palette::color;
using cell = text_table::cell;

/// Parts that are there, two blanks apart.
std::string joined(std::initializer_list<std::string> parts) {
    std::string out;
    for (const auto& part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += "  ";
        out += part;
    }
    return out;
}

std::string prefixed(std::string_view prefix, const std::string& text) {
    return text.empty() ? "" : std::string(prefix) + text;
}

std::string list_of(const wire::json& array) {
    std::string out;
    for (const auto& item : array) {
        if (!item.is_string()) continue;
        if (!out.empty()) out += ", ";
        out += printable(item.get_ref<const std::string&>());
    }
    return out;
}

std::string problem_of(const wire::json& object) {
    return text_of(object_of(object, "problem"), "text");
}

struct mark {
    std::string text;
    palette::color color;
};

/// Hamachi's: * online and direct, ! online otherwise or with a problem, blank offline.
mark mark_of(const wire::json& peer) {
    const auto state = text_of(peer, "state");
    if (!problem_of(peer).empty()) return {"!", color::red};
    if (state == "direct") return {"*", color::green};
    if (state == "offline" || !bool_of(peer, "online", state != "")) return {"", color::plain};
    return {"!", color::yellow};
}

cell round_trip(const wire::json& peer) {
    const auto rtt = number_of(peer, "rtt_ms");
    return {rtt ? milliseconds_text(*rtt) : "", color::plain, true};
}

std::vector<cell> member_row(const wire::json& peer) {
    const auto sign = mark_of(peer);
    const auto state = text_of(peer, "state");
    return {{sign.text, sign.color},
            {text_of(peer, "address")},
            {text_of(peer, "nickname"), color::bold},
            {state, sign.text.empty() ? color::dim : sign.color},
            {text_of(peer, "endpoint")},
            round_trip(peer),
            {problem_of(peer), color::red}};
}

std::string network_title(const wire::json& network, const palette& colors) {
    const auto& owner = object_of(network, "owner");
    const auto nickname = text_of(owner, "nickname");
    std::string who = bool_of(owner, "you") ? "you" : nickname.empty() ? text_of(owner, "address") : nickname;
    std::string facts = "owner: " + (who.empty() ? "unknown" : who);
    facts += prefixed(", ", text_of(network, "member_count")) + prefixed(" of ", text_of(network, "max_members")) +
             " members";
    if (bool_of(network, "open")) facts += ", open";
    return colors.paint(color::bold, text_of(network, "name")) + "  (" + facts + ")\n";
}

void add_line(text_table& table, std::string label, std::string text, color with = color::plain) {
    if (!text.empty()) table.add({{std::move(label), color::dim}, {std::move(text), with}});
}

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
                   bool_of(server, "verified") ? "verified" : "", prefixed("suite ", text_of(server, "suite"))});
}

std::string nat_text(const std::string& nat) {
    if (nat == "none") return "no NAT";
    if (nat == "endpoint_independent") return "NAT: endpoint-independent";
    if (nat == "address_dependent") return "NAT: address-dependent";
    return {};
}

std::string peer_counts(const wire::json& peers) {
    const auto total = text_of(peers, "total");
    if (total.empty()) return {};
    return total + prefixed(", ", text_of(peers, "online")) + " online" + prefixed(", ", text_of(peers, "direct")) +
           " direct";
}

std::string bytes_text(const wire::json& object, const char* name) {
    const auto count = number_of(object, name);
    if (!count) return {};
    constexpr std::array<const char*, 5> units{"B", "KB", "MB", "GB", "TB"};
    double value = *count;
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
    return text.data();
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

std::string status_view(const wire::json& status, const palette& colors) {
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
    add_line(table, "seen as", joined({list_of(array_of(status, "mapped")), nat_text(text_of(status, "nat"))}));
    add_line(table, "networks", text_of(status, "networks"));
    add_line(table, "peers", peer_counts(object_of(status, "peers")));
    return table.print(colors);
}

std::string networks_view(const wire::json& networks, const wire::json& status, const palette& colors) {
    std::string out;
    for (const auto& network : networks) {
        if (!out.empty()) out += '\n';
        out += network_title(network, colors);
        text_table table("  ");
        const auto self = text_of(status, "address");
        if (!self.empty()) table.add({{" "}, {self}, {text_of(status, "nickname"), color::bold}, {"you"}});
        for (const auto& peer : array_of(network, "peers"))
            table.add(member_row(peer));
        out += table.print(colors);
    }
    return out;
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
        auto row = member_row(peer);
        const auto problem = row.back();
        row.back() = {list_of(array_of(peer, "networks"))};
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
    add_line(table, "state", joined({state, text_of(peer, "endpoint"), round_trip(peer).text}), state_color(state));
    add_line(table, "problem", problem_of(peer), color::red);
    add_line(table, "tunnel",
             joined({prefixed("suite ", text_of(peer, "suite")), prefixed("epoch ", text_of(peer, "epoch"))}));
    const auto fingerprint = text_of(peer, "fingerprint");
    add_line(table, "key",
             fingerprint.empty() ? "" : joined({fingerprint, bool_of(peer, "verified") ? "verified" : "not verified"}));
    add_line(table, "traffic",
             joined({prefixed("sent ", bytes_text(peer, "sent_bytes")),
                     prefixed("received ", bytes_text(peer, "received_bytes"))}));
    add_line(table, "networks", list_of(array_of(peer, "networks")));
    return table.print(colors);
}

std::string event_view(const wire::json& event, const palette& colors) {
    std::string out = colors.paint(color::dim, text_of(event, "time"));
    if (!out.empty()) out += "  ";
    out += colors.paint(color::bold, text_of(event, "event"));
    if (!event.is_object()) return out + "\n";
    for (const auto& [name, value] : event.items()) {
        if (name == "time" || name == "event" || value.is_null()) continue;
        const auto shown = value.is_string() ? value.get<std::string>()
                                             : value.dump(-1, ' ', false, wire::json::error_handler_t::replace);
        out += "  " + printable(name) + "=" + printable(shown);
    }
    return out + "\n";
}

}  // namespace buri::cli
