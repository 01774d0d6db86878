#include "cli/reach_views.hpp"

#include "cli/json_access.hpp"
#include "cli/peer_row.hpp"
#include "cli/printable.hpp"
#include "cli/text_table.hpp"
#include "cli/view_parts.hpp"
#include "cli/views.hpp"

#include <cmath>

namespace buri::cli {
namespace {

using color = palette::color;

bool is_null(const wire::json& object, const char* name) {
    return !object.is_object() || !object.contains(name) || object.at(name).is_null();
}

struct told {
    std::string text;
    palette::color color = color::plain;
};

/// For a field that is true, false, or null while it is not known.
told yes_or_no(const wire::json& object, const char* name, const std::string& yes, const std::string& no) {
    if (!object.is_object() || !object.contains(name)) return {};
    if (object.at(name).is_null()) return {"not known yet", color::dim};
    return bool_of(object, name) ? told{yes, color::green} : told{no, color::red};
}

std::string ports_text(const wire::json& nat) {
    if (is_null(nat, "port_preserved")) return {};
    if (bool_of(nat, "port_preserved")) return "the mapped port is this machine's own";
    return {};
}

void add_nat(text_table& table, const wire::json& document) {
    const auto& nat = object_of(document, "nat");
    const bool is_hard = bool_of(nat, "symmetric");
    add_line(table, "NAT", text_of(nat, "text"), is_hard ? color::yellow : color::plain);
    add_line(table, "", ports_text(nat));
    const auto lifetime = text_of(nat, "lifetime_s");
    add_line(table, "", lifetime.empty() ? "" : "a mapping lives " + lifetime + " s at least");
    add_line(table, "seen as", names_text(array_of(document, "mapped")));
    if (const auto why = text_of(document, "carrier_nat"); !why.empty())
        add_line(table, "provider", "NAT of the provider: " + why, color::yellow);
}

void add_ipv6(text_table& table, const wire::json& document) {
    const auto& ipv6 = object_of(document, "ipv6");
    const auto& addresses = array_of(ipv6, "addresses");
    if (ipv6.empty()) return;
    if (addresses.empty()) {
        add_line(table, "IPv6", "no global address", color::dim);
        return;
    }
    const auto works = yes_or_no(ipv6, "works", "works", "no server answers over it");
    add_line(table, "IPv6", joined({names_text(addresses), works.text}), works.color);
}

void add_mapping(text_table& table, const wire::json& document) {
    const auto& mapping = object_of(document, "port_mapping");
    const auto router = joined({text_of(mapping, "gateway"), text_of(mapping, "gateway6")});
    add_line(table, "router", joined({router, bool_of(mapping, "double_nat") ? "behind another NAT" : ""}),
             bool_of(mapping, "double_nat") ? color::yellow : color::plain);
    for (const auto& method : array_of(mapping, "methods"))
        add_line(table, "", joined({text_of(method, "method"), text_of(method, "text")}), color::dim);
    for (const auto& each : array_of(mapping, "mappings")) {
        const bool is_verified = bool_of(each, "verified");
        add_line(table, "forwarded",
                 joined({text_of(each, "protocol"), text_of(each, "external"), "by " + text_of(each, "method"),
                         is_verified ? "verified" : "nothing came through it yet"}),
                 is_verified ? color::green : color::yellow);
    }
}

void add_control(text_table& table, const wire::json& document) {
    const auto& control = object_of(document, "control");
    if (control.empty()) return;
    if (bool_of(control, "connected")) {
        add_line(table, "server",
                 joined({"connected", prefixed("by ", text_of(control, "way")), text_of(control, "endpoint")}));
    } else {
        add_line(table, "server", joined({"not connected: what follows is what was known last", problem_of(control)}),
                 color::red);
    }
    add_line(table, "intercepted", text_of(document, "intercepted"), color::red);
}

std::vector<text_table::cell> relay_row(const wire::json& relay) {
    const bool is_best = bool_of(relay, "best");
    const auto rtt = round_trip(relay);
    const bool answers = !rtt.text.empty();
    const auto way = text_of(relay, "way");
    return {{is_best ? "*" : " ", color::green},
            {text_of(relay, "name"), color::bold},
            {text_of(relay, "region")},
            answers ? rtt : text_table::cell{"no answer", color::red, true},
            {way == "stream" ? "by a stream" : way},
            {is_best ? "best" : "", color::green}};
}

std::string relays_text(const wire::json& document, const palette& colors) {
    const auto& relays = array_of(document, "relays");
    if (relays.empty()) return colors.paint(color::dim, "relays") + "  none\n";
    text_table table("  ");
    for (const auto& relay : relays)
        table.add(relay_row(relay));
    return colors.paint(color::dim, "relays") + "\n" + table.print(colors);
}

// ---- why ------------------------------------------------------------------------------------------------------------

std::vector<text_table::cell> way_row(const wire::json& way) {
    const auto relay = text_of(way, "relay");
    const auto loss = number_of(way, "loss");
    const bool is_alive = bool_of(way, "alive");
    const auto age = text_of(way, "age_s");
    return {{bool_of(way, "path") ? "*" : " ", color::green},
            {text_of(way, "kind"), is_alive ? color::plain : color::dim},
            {relay.empty() ? text_of(way, "endpoint") : relay},
            round_trip(way),
            {loss && *loss > 0 ? std::to_string(std::lround(*loss * 100)) + " % lost" : ""},
            {age.empty() ? "never answered" : age + " s ago", color::dim}};
}

std::string side_text(const wire::json& side, const palette& colors) {
    const auto name = text_of(side, "nickname");
    if (name.empty()) return {};
    const auto nat = text_of(object_of(side, "nat"), "text");
    std::string out = colors.paint(color::bold, name) + "  NAT " + (nat.empty() ? "not told" : nat) + "\n";
    text_table table("  ");
    for (const auto& each : array_of(side, "candidates"))
        table.add({{text_of(each, "kind"), color::dim}, {text_of(each, "endpoint")}});
    out += table.print(colors);
    text_table trials("  ");
    for (const auto& each : array_of(side, "tried")) {
        trials.add({{text_of(each, "ago_s") + " s ago", color::dim, true},
                    {text_of(each, "text")},
                    {text_of(each, "packets") + " packets, " + text_of(each, "took_ms") + " ms", color::dim}});
    }
    return out + trials.print(colors);
}

}  // namespace

std::string netcheck_view(const wire::json& document, const palette& colors) {
    text_table table;
    add_control(table, document);
    const auto udp = yes_or_no(document, "udp", "works", "blocked");
    add_line(table, "UDP", joined({udp.text, prefixed("port ", text_of(document, "udp_port"))}), udp.color);
    add_nat(table, document);
    add_ipv6(table, document);
    add_mapping(table, document);
    const auto& punching = object_of(document, "punching");
    const auto guesses = text_of(punching, "guesses");
    add_line(table, "guessing",
             guesses.empty() ? ""
                             : joined({guesses + " of " + text_of(punching, "most_guesses") + " ports in 30 s",
                                       bool_of(punching, "spraying") ? "at work" : ""}),
             color::dim);
    return table.print(colors) + relays_text(document, colors);
}

std::string why_view(const wire::json& document, const palette& colors) {
    const auto& peer = object_of(document, "peer");
    text_table head;
    head.add(peer_row(peer, text_of(peer, "nickname")));
    std::string out = head.print(colors) + "\n" + text_of(document, "verdict") + "\n";
    for (const auto& each : array_of(document, "advice")) {
        if (each.is_string())
            out += "  " + colors.paint(color::yellow, "-> ") + printable(each.get_ref<const std::string&>()) + "\n";
    }
    out += "\n" + side_text(object_of(document, "you"), colors) + side_text(object_of(document, "other"), colors);
    text_table ways("  ");
    for (const auto& each : array_of(document, "ways"))
        ways.add(way_row(each));
    const auto listed = ways.print(colors);
    return listed.empty() ? out : out + "\n" + colors.paint(color::dim, "ways") + "\n" + listed;
}

std::string doctor_view(const wire::json& document, const palette& colors) {
    text_table table;
    for (const auto& each : array_of(document, "checks")) {
        const auto verdict = text_of(each, "verdict");
        const auto paint = verdict == "ok" ? color::green : verdict == "warning" ? color::yellow : color::red;
        table.add({{verdict, paint}, {text_of(each, "name"), color::bold}, {text_of(each, "text")}});
        if (const auto remedy = text_of(each, "remedy"); !remedy.empty())
            table.add({{""}, {""}, {"-> " + remedy, color::dim}});
    }
    return table.print(colors);
}

}  // namespace buri::cli
