#include "buri/core/mediator/news.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// On the wire at most, about: with each member, the peer that it is.
std::size_t size_of(const wire::network_info& info) {
    constexpr std::size_t settings = 512;
    constexpr std::size_t member_and_peer = 320;
    constexpr std::size_t applicant = 192;
    const auto text = info.settings.latest ? info.settings.latest->text.size() : 0;
    return settings + text + info.members.size() * member_and_peer + info.applicants.size() * applicant;
}

}  // namespace

void news::tell(node_id node, const wire::event& what) {
    if (auto* const to = nodes_.told(node)) out_.tell(*to, what);
}

void news::tell_members(std::uint64_t network, const wire::event& what) {
    for (const auto member : at_.records.members(network))
        tell(member, what);
}

void news::tell_approvers(std::uint64_t network, const wire::event& what) {
    for (const auto member : at_.records.members(network)) {
        auto* const to = nodes_.told(member);
        if (to != nullptr && to->approves.contains(network)) out_.tell(*to, what);
    }
}

wire::network_info news::view(const network_record& network, online_node& to) {
    const bool is_approver = views_.is_approver(network, to.id);
    if (is_approver) {
        to.approves.insert(network.id);
    } else {
        to.approves.erase(network.id);
    }
    return views_.network(network, is_approver);
}

// ---- everything -------------------------------------------------------------------------------------------------------

void news::start_session(online_node& node) {
    node.session = std::uint64_t{at_.random.u32() >> 1U} << 32U | at_.random.u32() | 1U;
    node.sequence = 0;
    node.missed.clear();
    node.approves.clear();
    node.plan = views_.plan(*at_.records.account(node.id));
}

std::vector<const network_record*> news::networks_of(node_id node) const {
    std::vector<const network_record*> out;
    for (const auto id : at_.records.networks_of(node))
        out.push_back(at_.records.network(id));
    for (const auto id : at_.records.awaited_by(node))
        out.push_back(at_.records.network(id));
    std::ranges::sort(
        out, {}, [](const auto* network) -> const auto& { return network->name; });
    return out;
}

void news::synchronise(online_node& node) {
    start_session(node);
    const auto& self = *at_.records.account(node.id);
    wire::sync first;
    first.id = self.id;
    first.nickname = self.nickname;
    first.pool = to_string(at_.settings.pool);
    first.ula = to_string(at_.settings.ula);
    first.session = node.session;
    first.plan = node.plan;
    std::vector<wire::peer_info> more_peers;
    std::vector<wire::network_info> more_networks;
    std::unordered_set<node_id> told{node.id};
    std::size_t size = 0;
    for (const auto* const network : networks_of(node.id)) {
        const bool is_member = at_.records.is_member(network->id, node.id);
        auto shown = is_member ? view(*network, node) : views::awaited(*network);
        size += size_of(shown);
        const bool fits = size <= sync_bytes;
        for (const auto& member : shown.members) {
            if (!told.insert(member.id).second) continue;
            (fits ? first.peers : more_peers).push_back(views_.peer(*at_.records.account(member.id)));
        }
        (fits ? first.networks : more_networks).push_back(std::move(shown));
    }
    out_.tell(node, std::move(first));
    for (auto& peer : more_peers)
        out_.tell(node, wire::peer_event{std::move(peer)});
    for (auto& network : more_networks)
        tell_network(node, std::move(network));
}

void news::tell_network(online_node& to, wire::network_info what) {
    const auto name = what.settings.network;
    std::vector<wire::member_info> rest;
    if (what.members.size() > members_at_once) {
        rest.assign(what.members.begin() + members_at_once, what.members.end());
        what.members.resize(members_at_once);
    }
    out_.tell(to, wire::network_event{std::move(what)});
    for (auto& member : rest)
        out_.tell(to, wire::member_joined{name, std::move(member)});
}

// ---- members ----------------------------------------------------------------------------------------------------------

void news::on_peer_changed(node_id node) {
    const wire::event event = wire::peer_event{views_.peer(*at_.records.account(node))};
    for (const auto peer : at_.records.peers_of(node))
        tell(peer, event);
}

void news::on_joined(const member_record& member) {
    const auto& network = *at_.records.network(member.network);
    const wire::event came = wire::peer_event{views_.peer(*at_.records.account(member.node))};
    const wire::event joined = wire::member_joined{network.name, view_of(member)};
    auto* const self = nodes_.told(member.node);
    for (const auto other : at_.records.members(network.id)) {
        if (other == member.node) continue;
        // This network is the only one in common: until now neither knew of the other.
        if (at_.records.common_networks(other, member.node).size() == 1) {
            tell(other, came);
            if (self != nullptr) out_.tell(*self, wire::peer_event{views_.peer(*at_.records.account(other))});
        }
        tell(other, joined);
    }
    if (self != nullptr) tell_network(*self, view(network, *self));
}

void news::on_member_changed(const member_record& member) {
    tell_members(member.network, wire::member_changed{at_.records.network(member.network)->name, view_of(member)});
}

void news::on_left(std::uint64_t network, node_id node, std::string_view reason) {
    tell_members(network, wire::member_left{at_.records.network(network)->name, node, std::string(reason)});
}

void news::on_requested(const member_record& waiting) {
    tell(waiting.node, wire::network_event{views::awaited(*at_.records.network(waiting.network))});
    on_request_changed(waiting);
}

void news::on_request_changed(const member_record& waiting) {
    tell_approvers(waiting.network,
                   wire::member_requested{at_.records.network(waiting.network)->name, views_.applicant(waiting)});
}

void news::on_request_gone(std::uint64_t network, node_id node, std::string_view reason) {
    tell_approvers(network, wire::request_gone{at_.records.network(network)->name, node, std::string(reason)});
}

void news::on_gone(node_id node, std::uint64_t network, const wire::network_gone& what) {
    auto* const to = nodes_.told(node);
    if (to == nullptr) return;
    to->approves.erase(network);
    to->messages.erase(network);
    forget(*to, what.network);
    out_.tell(*to, what);
}

/// Of one that is away, what it has not heard yet of the network, and of peers that it knew by it alone.
void news::forget(online_node& node, const network_name& network) {
    if (node.is_listening) return;
    node.missed.forget(network, [&](node_id peer) { return !at_.records.common_networks(node.id, peer).empty(); });
}

// ---- settings, plans, the log -------------------------------------------------------------------------------------------

void news::on_settings(const network_record& network) {
    tell_members(network.id, wire::settings_event{views_.settings(network)});
}

void news::on_plan(const account_record& account) {
    auto* const node = nodes_.told(account.id);
    if (node == nullptr) return;
    auto plan = views_.plan(account);
    if (plan == node->plan) return;
    node->plan = plan;
    out_.tell(*node, wire::plan_event{std::move(plan)});
}

void news::review_approver(const network_record& network, node_id node) {
    auto* const to = nodes_.told(node);
    if (to == nullptr || to->approves.contains(network.id) == views_.is_approver(network, node)) return;
    // Who waited, or what the log said, is none of its business any more; the rest it is told now.
    if (to->approves.contains(network.id)) forget(*to, network.name);
    tell_network(*to, view(network, *to));
}

void news::review_approvers(const network_record& network) {
    for (const auto member : at_.records.members(network.id))
        review_approver(network, member);
}

void news::on_logged(const audit_record& entry) {
    const auto* const network = at_.records.network(entry.network);
    if (network != nullptr) tell(network->owner, wire::log_event{entry_of(entry)});
}

}  // namespace buri::core
