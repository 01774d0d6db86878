// What nodes say of the tunnels that they have: see introductions.hpp.
#include "buri/core/mediator/introductions.hpp"

#include <algorithm>

namespace buri::core {
namespace {

bool is_tunnel_spi(spi value) {
    return (value.value & introductions::spi_top_bit) != 0 && value.epoch() == 0;
}

bool are_mirrored(const wire::kept_tunnel& a, const wire::kept_tunnel& b) {
    return a.in == b.out && a.out == b.in;
}

}  // namespace

void introductions::take_claims(online_node& node, std::span<const wire::kept_tunnel> told) {
    node.claims.clear();
    for (const auto& claim : told) {
        // A stranger, a node that does not exist and nonsense are answered alike.
        if (!have_common_network(node.id, claim.peer) || !is_tunnel_spi(claim.in) || !is_tunnel_spi(claim.out) ||
            claim.in == claim.out) {
            tell_close(node.id, claim.peer, claim.in, no_common_network);
            continue;
        }
        auto& of_peer = node.claims[claim.peer];
        if (of_peer.size() < max_claims_per_peer) {
            of_peer.push_back(claim);
        } else {
            tell_close(node.id, claim.peer, claim.in, replaced);
        }
    }
}

/// The tunnels that the server knows: what the node claims too stays; what it does not claim, it has lost.
void introductions::compare_with_claims(online_node& node) {
    for (const auto peer : node.tunnels) {
        auto& known = *find(node.id, peer);
        const auto claims = node.claims.find(peer);
        const auto is_known = [&](const wire::kept_tunnel& claim) {
            return claim.in == known.in(node.id) && claim.out == known.out(node.id);
        };
        if (claims == node.claims.end() || !std::ranges::any_of(claims->second, is_known)) {
            known.is_stale = true;
            continue;
        }
        std::erase_if(claims->second, is_known);
        retire_claims(known, node, peer);
        if (const auto* const other = nodes_.find(peer)) tell_candidates(node, *other);
        relays_.tell_again(node.id, peer);
    }
}

void introductions::adopt_claims(online_node& node) {
    std::vector<node_id> peers;
    for (const auto& [peer, claims] : node.claims)
        peers.push_back(peer);
    for (const auto peer : peers) {
        auto* const other = nodes_.listening(peer);
        if (other == nullptr || find(node.id, peer) != nullptr || !adopt(node, *other)) continue;
        tell_candidates(node, *other);
        tell_candidates(*other, node);
    }
}

bool introductions::adopt(online_node& node, online_node& peer) {
    const auto theirs = peer.claims.find(node.id);
    if (theirs == peer.claims.end()) return false;
    for (const auto mine : node.claims.at(peer.id)) {
        const auto is_mirror = [mine](const auto& claim) { return are_mirrored(mine, claim); };
        // An SPI that went to another pair since the restart cannot be had twice.
        if (std::ranges::none_of(theirs->second, is_mirror) || spis_.contains(mine.in) || spis_.contains(mine.out))
            continue;
        auto& made = pairs_[key_of(node.id, peer.id)];
        std::tie(made.low, made.high) = std::minmax(node.id, peer.id);
        made.low_in = made.low == node.id ? mine.in : mine.out;
        made.high_in = made.low == node.id ? mine.out : mine.in;
        made.is_plain = is_plain(node, peer);
        // What the tunnel is, the server has forgotten: if it may be one that must not be any more, a fresh one takes its place.
        const bool may_have_been_plain = node.allows_plain && peer.allows_plain && !made.is_plain;
        made.is_stale = may_have_been_plain || node.has_new_key || peer.has_new_key;
        spis_.insert({mine.in, mine.out});
        relays_.adopt({node.id, mine.in}, {peer.id, mine.out});
        node.tunnels.insert(peer.id);
        peer.tunnels.insert(node.id);
        std::erase(node.claims.at(peer.id), mine);
        std::erase_if(theirs->second, is_mirror);
        retire_claims(made, node, peer.id);
        retire_claims(made, peer, node.id);
        return true;
    }
    return false;
}

/// A claim that is not the pair's introduction may be in use all the same.
void introductions::retire_claims(pair& of, online_node& holder, node_id peer) {
    const auto claims = holder.claims.find(peer);
    if (claims == holder.claims.end()) return;
    for (const auto& claim : claims->second) {
        const auto is_this = [&](const auto& former) { return former.holder == holder.id && former.in == claim.in; };
        if (std::ranges::any_of(of.former, is_this)) continue;
        of.former.push_back({holder.id, claim.in, spis_.insert(claim.in).second});
    }
    holder.claims.erase(claims);
    limit_former(of);
}

void introductions::close_claims(node_id holder, node_id peer) {
    auto* const node = nodes_.find(holder);
    if (node == nullptr) return;
    const auto claims = node->claims.find(peer);
    if (claims == node->claims.end()) return;
    for (const auto& claim : claims->second)
        tell_close(holder, peer, claim.in, no_common_network);
    node->claims.erase(claims);
}

}  // namespace buri::core
