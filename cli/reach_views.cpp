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

/// What the words of RFC 4787 mean for who sends.
std::string mapping_text(const std::string& mapping) {
    if (mapping == "none") return "none: the address is this machine's own";
    if (mapping == "endpoint_independent")
        return "every destination sees the same port  (endpoint-independent, RFC 4787)";
    if (mapping == "address_dependent") return "every address sees another port  (address-dependent, RFC 4787)";
    if (mapping == "address_port_dependent")
        return "every destination sees another port  (address and port-dependent, RFC 4787)";
    return {};
}

std::string filtering_text(const std::string& filtering) {
    if (filtering == "endpoint_independent") return "everybody gets in  (endpoint-independent)";
    if (filtering == "address_dependent") return "addresses that were sent to get in  (address-dependent)";
    if (filtering == "address_port_dependent") return "only who was sent to gets in  (address and port-dependent)";
    return {};
}

void add_carrier(text_table& table, const wire::json& document) {
    const auto why = text_of(document, "carrier_nat");
    if (!why.empty())
        add_line(table, "CGNAT", "yes: " + why, color::yellow);
    else if (!array_of(document, "mapped").empty())
        add_line(table, "CGNAT", "none seen", color::dim);
}

void add_nat(text_table& table, const wire::json& document) {
    const auto& nat = object_of(document, "nat");
    const bool is_hard = bool_of(nat, "symmetric");
    add_line(table, "NAT", text_of(nat, "text"), is_hard ? color::yellow : color::plain);
    add_line(table, "mapping", mapping_text(text_of(nat, "mapping")));
    if (!is_null(nat, "port_preserved") && bool_of(nat, "port_preserved") && text_of(nat, "mapping") != "none")
        add_line(table, "", "the mapped port is this machine's own");
    const auto lifetime = text_of(nat, "lifetime_s");
    add_line(table, "", lifetime.empty() ? "" : "a mapping lives " + lifetime + " s at least");
    add_line(table, "filtering", filtering_text(text_of(nat, "filtering")));
    add_line(table, "seen as", names_text(array_of(document, "mapped")));
    add_carrier(table, document);
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

/// The methods in a line each, in one if all say the same.
void add_methods(text_table& table, const wire::json& mapping) {
    std::string names;
    bool are_silent = true;
    for (const auto& method : array_of(mapping, "methods")) {
        names += (names.empty() ? "" : ", ") + text_of(method, "method");
        are_silent = are_silent && text_of(method, "state") == "no_answer";
    }
    if (names.empty()) return;
    if (are_silent) {
        add_line(table, "", "forwards no port: no answer by " + names, color::dim);
        return;
    }
    for (const auto& method : array_of(mapping, "methods"))
        add_line(table, "", joined({text_of(method, "method"), text_of(method, "text")}), color::dim);
}

void add_mapping(text_table& table, const wire::json& document) {
    const auto& mapping = object_of(document, "port_mapping");
    const auto router = joined({text_of(mapping, "gateway"), text_of(mapping, "gateway6")});
    add_line(table, "router", joined({router, bool_of(mapping, "double_nat") ? "behind another NAT" : ""}),
             bool_of(mapping, "double_nat") ? color::yellow : color::plain);
    add_methods(table, mapping);
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
    const auto other = text_of(document, "intercepted");
    add_line(table, "intercepted", other, color::red);
    if (!other.empty()) add_line(table, "", "-> log in to this network in a browser, or use another", color::yellow);
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
    const bool is_lossy = !age.empty() && loss && std::lround(*loss * 100) > 0;
    return {{bool_of(way, "path") ? "*" : " ", color::green},
            {text_of(way, "kind"), is_alive ? color::plain : color::dim},
            {relay.empty() ? text_of(way, "endpoint") : relay},
            round_trip(way),
            {is_lossy ? std::to_string(std::lround(*loss * 100)) + " % lost" : ""},
            {age.empty() ? "never answered" : "answered " + age + " s ago", color::dim}};
}

/// Empty if nothing was sent to no avail; a way may be found by the peer's packets alone.
std::string trial_cost(const wire::json& trial) {
    const auto packets = text_of(trial, "packets");
    const auto outcome = text_of(trial, "outcome");
    const auto sent = packets == "0" ? "" : packets + (packets == "1" ? " packet" : " packets");
    if (outcome == "under_way" || (sent.empty() && outcome != "direct")) return sent;
    return sent + (sent.empty() ? "" : ", ") + text_of(trial, "took_ms") + " ms";
}

std::string candidate_label(const std::string& kind) {
    if (kind == "host") return "at";
    if (kind == "mapped") return "seen as";
    return kind == "port_mapped" ? "forwarded" : kind;
}

/// One line a kind.
void add_candidates(text_table& table, const wire::json& side) {
    std::string last;
    std::string endpoints;
    const auto add = [&] { add_line(table, candidate_label(last), endpoints); };
    for (const auto& each : array_of(side, "candidates")) {
        const auto kind = text_of(each, "kind");
        if (kind != last) {
            add();
            last = kind;
            endpoints.clear();
        }
        endpoints += (endpoints.empty() ? "" : ", ") + text_of(each, "endpoint");
    }
    add();
}

std::string side_text(const wire::json& side, const palette& colors) {
    const auto name = text_of(side, "nickname");
    if (name.empty()) return {};
    const auto nat = text_of(object_of(side, "nat"), "text");
    std::string out = colors.paint(color::bold, name) + "\n";
    text_table table("  ");
    add_line(table, "NAT", nat.empty() ? "not told" : nat);
    add_candidates(table, side);
    out += table.print(colors);
    text_table trials("  ");
    for (const auto& each : array_of(side, "tried")) {
        trials.add({{"tried " + text_of(each, "ago_s") + " s ago", color::dim},
                    {text_of(each, "text")},
                    {trial_cost(each), color::dim}});
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
    const auto rate = text_of(punching, "most_per_second");
    add_line(table, "punching",
             guesses.empty() ? ""
                             : joined({guesses + " of " + text_of(punching, "most_guesses") + " ports guessed in 30 s" +
                                           (rate.empty() ? "" : ", at most " + rate + " a second"),
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
