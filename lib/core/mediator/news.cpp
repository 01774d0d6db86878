#include "buri/core/mediator/news.hpp"

#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::core {

wire::peer_info news::view(const account_record& account) const {
    return {account.id, account.nickname, crypto::fingerprint(account.key_blob), nodes_.is_visible(account.id)};
}

wire::network_info news::view(const network_record& network) const {
    const auto members = records_.members(network.id);
    return {network.name, network.owner, network.password_hash.empty(), settings_.limits.members_per_network,
            std::vector(members.begin(), members.end())};
}

void news::tell(node_id node, const wire::event& what) {
    if (auto* const to = nodes_.listening(node)) out_.tell(*to, what);
}

void news::synchronise(online_node& node) {
    const auto& self = *records_.account(node.id);
    std::vector<const network_record*> networks;
    for (const auto id : records_.networks_of(node.id))
        networks.push_back(records_.network(id));
    std::ranges::sort(
        networks, {}, [](const auto* network) -> const auto& { return network->name; });

    wire::sync first{self.id, self.nickname, to_string(settings_.pool), to_string(settings_.ula), {}, {}};
    std::vector<wire::event> rest;
    std::unordered_set<node_id> told{node.id};
    std::size_t members_told = 0;
    for (const auto* const network : networks) {
        const auto members = records_.members(network->id);
        members_told += members.size();
        const bool fits = members_told <= sync_ceiling;
        for (const auto member : members) {
            if (!told.insert(member).second) continue;
            auto peer = view(*records_.account(member));
            if (fits) {
                first.peers.push_back(std::move(peer));
            } else {
                rest.emplace_back(wire::peer_event{std::move(peer)});
            }
        }
        if (fits) {
            first.networks.push_back(view(*network));
        } else {
            rest.emplace_back(wire::network_event{view(*network)});
        }
    }
    out_.tell(node, std::move(first));
    for (auto& event : rest)
        out_.tell(node, std::move(event));
}

void news::on_peer_changed(node_id node) {
    const wire::event event = wire::peer_event{view(*records_.account(node))};
    for (const auto peer : records_.peers_of(node))
        tell(peer, event);
}

void news::on_joined(node_id node, const network_record& network) {
    const wire::event came = wire::peer_event{view(*records_.account(node))};
    const wire::event joined = wire::member_joined{network.name, node};
    for (const auto member : records_.members(network.id)) {
        if (member == node) continue;
        // This network is the only one in common: until now neither knew of the other.
        if (records_.common_networks(member, node).size() == 1) {
            tell(member, came);
            tell(node, wire::peer_event{view(*records_.account(member))});
        }
        tell(member, joined);
    }
    tell(node, wire::network_event{view(network)});
}

void news::on_left(node_id node, const network_record& network) {
    tell(node, wire::network_gone{network.name, "left"});
    const wire::event left = wire::member_left{network.name, node};
    for (const auto member : records_.members(network.id))
        tell(member, left);
}

void news::on_deleted(const network_name& name, std::span<const node_id> former) {
    const wire::event gone = wire::network_gone{name, "deleted"};
    for (const auto member : former)
        tell(member, gone);
}

}  // namespace buri::core
