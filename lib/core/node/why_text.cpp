#include "buri/core/node/why_text.hpp"

#include "buri/core/node/reach_words.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using wire::candidate_kind;

bool has_global_v6(const why_side& side) {
    return std::ranges::any_of(
        side.candidates, [](const wire::candidate& it) { return !it.at.address.is_v4() && is_global(it.at.address); });
}

bool is_forwarded(const why_side& side) {
    return std::ranges::any_of(side.candidates,
                               [](const wire::candidate& it) { return it.kind == candidate_kind::port_mapped; });
}

bool is_public(const why_side& side) {
    return side.nat && side.nat->mapping == nat_mapping::none;
}

bool is_blocked(const why_side& side) {
    return side.nat && !side.nat->udp;
}

std::optional<ip_address> seen_address(const why_side& side) {
    for (const auto& each : side.candidates) {
        if (each.kind == candidate_kind::mapped && each.at.address.is_v4()) return each.at.address;
    }
    return std::nullopt;
}

bool share_router(const why_facts& facts) {
    const auto own = seen_address(facts.own);
    return own && own == seen_address(facts.peer) && !is_public(facts.own) && !is_public(facts.peer);
}

std::string open_udp(const why_side& side) {
    return "UDP is blocked at " + side.name + ": open UDP out in the firewall there";
}

std::string map_port(const why_side& side) {
    return "enable UPnP or PCP on the router of " + side.name + ", or forward a UDP port to it";
}

/// For ends without it where the other has it.
void advise_v6(const why_facts& facts, std::vector<std::string>& out) {
    const bool own = has_global_v6(facts.own);
    const bool peer = has_global_v6(facts.peer);
    if (own != peer)
        out.push_back("IPv6 at " + (own ? facts.peer.name : facts.own.name) +
                      " gives a direct way: " + (own ? facts.own.name : facts.peer.name) + " has it");
}

void advise_mapping(const why_facts& facts, std::vector<std::string>& out) {
    for (const auto* const side : {&facts.own, &facts.peer}) {
        if (side->nat && is_symmetric(*side->nat) && !is_forwarded(*side)) out.push_back(map_port(*side));
    }
    if (!out.empty()) return;
    for (const auto* const side : {&facts.own, &facts.peer}) {
        if (!is_public(*side) && !is_forwarded(*side)) out.push_back(map_port(*side));
    }
}

const wire::punch_trial* last_trial(const why_facts& facts) {
    return facts.own.trials.empty() ? nullptr : &facts.own.trials.back();
}

bool is_waiting(const why_facts& facts) {
    const auto* const last = last_trial(facts);
    return last == nullptr || last->outcome == wire::punch_outcome::under_way;
}

bool are_both_random(const why_facts& facts) {
    return facts.own.nat && facts.peer.nat && is_random(*facts.own.nat) && is_random(*facts.peer.nat);
}

bool is_guessing_refused(const why_facts& facts) {
    const bool one_is_random =
        (facts.own.nat && is_random(*facts.own.nat)) != (facts.peer.nat && is_random(*facts.peer.nat));
    return one_is_random && ((facts.own.nat && !facts.own.nat->spray) || (facts.peer.nat && !facts.peer.nat->spray));
}

why_text explain_blocked(const why_facts& facts) {
    why_text out;
    const bool both = is_blocked(facts.own) && is_blocked(facts.peer);
    const auto& name = is_blocked(facts.own) ? facts.own.name : facts.peer.name;
    out.verdict = "UDP is blocked at " + (both ? "both ends" : name) + ", so packets go ";
    out.verdict +=
        facts.state == pair_state::tcp ? "over a TCP connection between the two." : "by the relay " + facts.relay + ".";
    for (const auto* const side : {&facts.own, &facts.peer}) {
        if (is_blocked(*side)) out.advice.push_back(open_udp(*side));
    }
    return out;
}

/// What the address is to which packets go.
std::string explain_path(const why_facts& facts) {
    const auto& at = *facts.path;
    const auto& name = facts.peer.name;
    const auto has = [&](candidate_kind kind) {
        return std::ranges::find(facts.peer.candidates, wire::candidate{kind, at}) != facts.peer.candidates.end();
    };
    if (has(candidate_kind::port_mapped)) return ", to the port that the router of " + name + " forwards";
    if (!at.address.is_v4() && is_global(at.address)) return ", over IPv6";
    if (!is_global(at.address)) return ", inside a network that both are in";
    if (is_public(facts.peer)) return ": " + name + " has a public address";
    const auto* const last = last_trial(facts);
    const bool is_guessed = last != nullptr && last->outcome == wire::punch_outcome::direct &&
                            last->strategy >= wire::punch_strategy::predicted_own;
    if (is_guessed && !has(candidate_kind::mapped)) return ", by ports of NATs that were guessed";
    return ", through the NAT of " + name;
}

bool is_found(const std::vector<wire::punch_trial>& trials) {
    return !trials.empty() && trials.back().outcome == wire::punch_outcome::direct;
}

/// "31 ms with 12 packets"; one whose peer came through first may have sent none.
std::string cost_of(const wire::punch_trial& trial) {
    const auto packets = std::to_string(trial.packets) + (trial.packets == 1 ? " packet" : " packets");
    return std::to_string(trial.took) + " ms" + (trial.packets == 0 ? "" : " with " + packets);
}

/// By either end: a way that both have is often found before one of them has tried anything.
std::string explain_finding(const why_facts& facts) {
    const auto& own = facts.own.trials;
    const auto& peers = facts.peer.trials;
    const bool is_own = is_found(own) && (own.back().packets > 0 || !is_found(peers));
    if (is_own)
        return " That was found in " + cost_of(own.back()) + ": " + std::string(words_for(own.back().strategy)) + ".";
    return is_found(peers) ? " " + facts.peer.name + " found that in " + cost_of(peers.back()) + "." : "";
}

why_text explain_direct(const why_facts& facts) {
    return {"Packets go directly" + (facts.path ? explain_path(facts) : "") + "." + explain_finding(facts), {}};
}

why_text explain_relay(const why_facts& facts) {
    why_text out{"Packets go by the relay " + facts.relay + ".", {}};
    const auto* const last = last_trial(facts);
    if (are_both_random(facts)) {
        out.verdict +=
            " Both sides have random symmetric NAT: only port mapping or IPv6 on one side gives a direct way.";
    } else if (share_router(facts)) {
        out.verdict +=
            " Both are behind the same router, which sends nothing back to its own inside, and keeps the two apart.";
        out.advice.emplace_back(
            "let the two reach each other in the LAN (client isolation of a wireless network, VLANs), or "
            "turn on hairpinning (NAT loopback) on the router");
        return out;
    } else if (facts.is_resting) {
        out.verdict +=
            " Nothing was sent for two minutes: it rests there, and looks for a direct way with the next packet.";
        return out;
    } else if (last != nullptr && last->outcome == wire::punch_outcome::limited) {
        out.verdict += " Enough ports were guessed for now; it is tried again later.";
    } else if (is_guessing_refused(facts)) {
        out.verdict += " One side's NAT gives out random ports, and guessing them is turned off.";
    } else if (is_waiting(facts)) {
        out.verdict += " A direct way is being looked for.";
        return out;
    } else if (last->outcome == wire::punch_outcome::no_answer) {
        out.verdict += " " + facts.peer.name + " does not take part in looking for a direct way.";
    } else {
        out.verdict += " Nothing that was tried came through.";
    }
    advise_mapping(facts, out.advice);
    advise_v6(facts, out.advice);
    if (!are_both_random(facts) && !is_guessing_refused(facts))
        out.advice.push_back("'vpn doctor' at " + facts.own.name + " and at " + facts.peer.name +
                             " looks for a firewall in the way");
    return out;
}

}  // namespace

why_text explain(const why_facts& facts) {
    switch (facts.state) {
        case pair_state::offline:
            return {facts.peer.name + " is offline: the server does not see it.", {"start it there with 'vpn up'"}};
        case pair_state::connecting:
            if (!facts.problem.empty()) return {"There is no tunnel: " + facts.problem + ".", {}};
            if (!facts.has_relays)
                return {"No packet has come through yet, and there is no relay that answers.",
                        {"let the server run its relay, or add one with 'vpn relay run'"}};
            return {"No packet has come through yet; ways are being looked for.", {}};
        case pair_state::direct:
            return explain_direct(facts);
        case pair_state::tcp:
        case pair_state::relay:
            break;
    }
    if (is_blocked(facts.own) || is_blocked(facts.peer)) return explain_blocked(facts);
    if (facts.state == pair_state::relay) return explain_relay(facts);
    why_text out{"Packets go over a TCP connection between the two: no UDP packet came through.", {}};
    advise_mapping(facts, out.advice);
    return out;
}

}  // namespace buri::core
