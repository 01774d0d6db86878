#include "buri/core/node/netcheck.hpp"

#include "buri/core/node/reach_words.hpp"
#include "buri/core/tunnel/punch_budget.hpp"
#include "buri/core/tunnel/punch_plan.hpp"

#include <algorithm>
#include <cmath>

namespace buri::core {
namespace {

using wire::json;

double to_milliseconds(duration time) {
    return std::round(std::chrono::duration<double, std::milli>(time).count() * 1000) / 1000;
}

json seconds_json(duration time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

json endpoint_json(const endpoint& where) {
    return where ? json(to_string(where)) : json(nullptr);
}

json endpoints_json(const std::vector<endpoint>& all) {
    json out = json::array();
    for (const auto& each : all)
        out.push_back(to_string(each));
    return out;
}

/// Null while nothing is known.
json udp_json(const netcheck_facts& facts) {
    if (!facts.mapped.empty()) return true;
    if (!facts.nat.udp_works) return false;
    const auto is_by_udp = [](const relay_view& relay) { return relay.round_trip && !relay.by_stream; };
    return std::ranges::any_of(facts.relays, is_by_udp) ? json(true) : json(nullptr);
}

json nat_json(const nat_report& nat) {
    const auto told = told_of(nat, true);
    return {{"mapping", name_of(nat.mapping)},
            {"filtering", name_of(nat.filtering)},
            {"text", words_for(told)},
            {"symmetric", nat.is_symmetric()},
            {"port_preserved", nat.mapped ? json(nat.preserves_port) : json(nullptr)},
            {"port_step", nat.step ? json(*nat.step) : json(nullptr)},
            {"ports", nat.ports},
            {"lifetime_s", nat.lifetime ? seconds_json(*nat.lifetime) : json(nullptr)}};
}

json ipv6_json(const netcheck_facts& facts) {
    json addresses = json::array();
    for (const auto& each : facts.hosts) {
        if (!each.is_v4() && is_global(each)) addresses.push_back(to_string(each));
    }
    const bool is_reached = std::ranges::any_of(facts.mapped, [](const endpoint& it) { return !it.address.is_v4(); });
    const bool is_known = is_reached || addresses.empty() || !facts.mapped.empty();
    return {{"addresses", addresses}, {"works", is_known ? json(is_reached) : json(nullptr)}};
}

json method_json(std::string_view name, const method_report& report, time_point now) {
    const bool is_mapped = report.state == method_state::mapped;
    return {{"method", name},
            {"state", name_of(report.state)},
            {"reason", report.reason.empty() ? json(nullptr) : json(report.reason)},
            {"external", is_mapped ? endpoint_json(report.external) : json(nullptr)},
            {"left_s", is_mapped ? seconds_json(std::max(report.until - now, duration(0))) : json(nullptr)},
            {"text", to_string(report)}};
}

json mapping_json(const port_mapping& mapping) {
    return {{"protocol", name_of(mapping.protocol)},
            {"method", name_of(mapping.method)},
            {"external", endpoint_json(mapping.external)},
            {"lifetime_s", mapping.lifetime.count()},
            {"verified", mapping.is_verified}};
}

json gateway_json(const netcheck_facts& facts) {
    json out{{"gateway", nullptr}, {"gateway6", nullptr},       {"methods", json::array()},
             {"pinhole", nullptr}, {"mappings", json::array()}, {"double_nat", false}};
    for (const auto& each : facts.mappings)
        out["mappings"].push_back(mapping_json(each));
    if (!facts.gateway) return out;
    const auto& report = *facts.gateway;
    if (report.gateway) out["gateway"] = to_string(*report.gateway);
    if (report.gateway_v6) out["gateway6"] = to_string(*report.gateway_v6);
    for (std::size_t i = 0; i < mapping_method_count; ++i)
        out["methods"].push_back(method_json(name_of(static_cast<mapping_method>(i)), report.methods.at(i), facts.now));
    out["pinhole"] = method_json(name_of(mapping_method::pcp), report.pinhole, facts.now);
    out["double_nat"] = report.is_double_nat;
    return out;
}

json relays_json(const std::vector<relay_view>& relays) {
    json out = json::array();
    const auto best = best_relay(relays);
    for (std::size_t i = 0; i < relays.size(); ++i) {
        const auto& each = relays[i];
        out.push_back({{"id", each.info.id},
                       {"name", each.info.name},
                       {"region", each.info.region},
                       {"rtt_ms", each.round_trip ? json(to_milliseconds(*each.round_trip)) : json(nullptr)},
                       {"way", each.round_trip ? json(each.by_stream ? "stream" : "udp") : json(nullptr)},
                       {"tunnels", each.tunnels},
                       {"best", best == i}});
    }
    return out;
}

json control_json(const netcheck_facts& facts) {
    json out{{"connected", facts.is_online},
             {"way", facts.control_way.empty() ? json(nullptr) : json(facts.control_way)},
             {"endpoint", facts.control ? endpoint_json(*facts.control) : json(nullptr)},
             {"problem", nullptr}};
    if (facts.problem) out["problem"] = {{"name", describe(facts.problem->code).name}, {"text", facts.problem->text}};
    return out;
}

json punching_json(const guess_usage& guesses) {
    return {{"guesses", guesses.live},
            {"most_guesses", punch_budget::live_entries},
            {"most_per_second", punch_budget::per_second},
            {"spraying", guesses.is_spraying}};
}

}  // namespace

std::optional<std::size_t> best_relay(const std::vector<relay_view>& relays) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < relays.size(); ++i) {
        if (!relays[i].round_trip) continue;
        if (!best || *relays[i].round_trip < *relays[*best].round_trip) best = i;
    }
    return best;
}

std::string carrier_nat_reason(const netcheck_facts& facts) {
    for (const auto& each : facts.mapped) {
        if (is_shared_address(each.address))
            return "the server sees the address " + to_string(each.address) + ", of RFC 6598";
    }
    for (const auto& each : facts.mappings) {
        if (is_shared_address(each.external.address))
            return "the router's external address is " + to_string(each.external.address) + ", of RFC 6598";
        if (!each.external.address.is_v4() || each.external.address.is_unspecified()) continue;
        const auto is_other = [&](const endpoint& seen) {
            return seen.address.is_v4() && seen.address != each.external.address;
        };
        if (std::ranges::any_of(facts.mapped, is_other)) {
            return "the router's external address is " + to_string(each.external.address) +
                   ", and the server sees another";
        }
    }
    return facts.nat.is_cgn ? "the router's external address is not the one that the server sees" : "";
}

json netcheck_json(const netcheck_facts& facts) {
    const auto carrier = carrier_nat_reason(facts);
    const bool is_captured = facts.problem && facts.problem->code == errc::intercepted;
    const auto in_the_way = !facts.portal.empty() ? facts.portal : is_captured ? facts.problem->text : std::string();
    return {{"online", facts.is_online},
            {"udp", udp_json(facts)},
            {"udp_port", facts.udp_port},
            {"nat", nat_json(facts.nat)},
            {"mapped", endpoints_json(facts.mapped)},
            {"ipv6", ipv6_json(facts)},
            {"carrier_nat", carrier.empty() ? json(nullptr) : json(carrier)},
            {"intercepted", in_the_way.empty() ? json(nullptr) : json(in_the_way)},
            {"port_mapping", gateway_json(facts)},
            {"relays", relays_json(facts.relays)},
            {"control", control_json(facts)},
            {"punching", punching_json(facts.guesses)}};
}

}  // namespace buri::core
