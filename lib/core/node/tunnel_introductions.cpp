// Which peers' introductions the server is to be asked for, and when; and what is done with earlier ones while it is away.
#include "buri/core/node/tunnel_table.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>

namespace buri::core {

void tunnel_table::want_introduction(node_id peer) {
    peers_[peer].wanted = true;
}

void tunnel_table::want_new_introductions(time_point now) {
    for (auto& [id, peer] : peers_) {
        if (!peer.current) continue;
        peer.wanted = true;
        peer.is_outdated = true;
        peer.may_ask = now + first_patience;
        peer.patience = first_patience;
    }
}

void tunnel_table::drop_want(node_id peer) {
    const auto found = peers_.find(peer);
    if (found != peers_.end()) found->second.wanted = false;
}

std::optional<node_id> tunnel_table::take_wanted(time_point now) {
    for (auto& [id, peer] : peers_) {
        if (!peer.wanted || peer.may_ask > now) continue;
        peer.may_ask = now + peer.patience;
        peer.patience = std::min(2 * peer.patience, last_patience);
        return id;
    }
    return std::nullopt;
}

time_point tunnel_table::next_wanted() const {
    auto first = never;
    for (const auto& [id, peer] : peers_) {
        if (peer.wanted) first = std::min(first, peer.may_ask);
    }
    return first;
}

void tunnel_table::forget_patience() {
    for (auto& [id, peer] : peers_) {
        peer.may_ask = time_point::min();
        peer.patience = first_patience;
    }
}

// ---- without the server -------------------------------------------------------------------------------------------

std::vector<wire::tunnel_open> tunnel_table::offers() const {
    std::vector<wire::tunnel_open> found;
    for (const auto& [id, peer] : peers_) {
        if (!peer.offer) continue;
        auto& candidates = found.emplace_back(*peer.offer).candidates;
        if (!peer.direct) continue;
        const wire::candidate proven{wire::candidate_kind::mapped, *peer.direct};
        std::erase_if(candidates, [&](const auto& each) { return each.at == proven.at; });
        if (candidates.size() == wire::max_candidates) candidates.pop_back();
        candidates.insert(candidates.begin(), proven);
    }
    return found;
}

void tunnel_table::recall(std::vector<wire::tunnel_open> offers) {
    for (auto& offer : offers) {
        if (known_.shares_network(offer.peer)) remember(peers_[offer.peer], std::move(offer));
    }
}

void tunnel_table::remember(held& peer, wire::tunnel_open offer) {
    if (peer.offer) offered_.erase(peer.offer->in);
    offered_.insert_or_assign(offer.in, offer.peer);
    peer.offer = std::move(offer);
}

void tunnel_table::reopen(node_id id, time_point now) {
    auto& peer = peers_[id];
    if (!peer.offer || peer.current || owners_.contains(peer.offer->in) || !known_.shares_network(id)) return;
    const auto offer = *peer.offer;
    auto made = make(offer, true, now);
    if (!made) {
        peer.problem = made.error().text;
    } else {
        use(peer, std::move(*made), offer, now);
    }
    tell(id, peer);
}

void tunnel_table::reopen_for(spi in, byte_view datagram, time_point now) {
    const auto owner = offered_.find(in);
    if (owner == offered_.end()) return;
    const auto& offer = *peers_.at(owner->second).offer;
    const auto suite = suite_from_wire(offer.suite);
    const auto parsed = suite ? wire::parse_clear_datagram(datagram, *suite) : std::nullopt;
    if (!parsed || parsed->mac.empty()) return;
    const punch_key punch(std::span(offer.punch).first<punch_key_size>());
    if (has_right_mac(*parsed, *suite, punch)) reopen(owner->second, now);
}

}  // namespace buri::core
