// Tunnels while the server is away: its latest introductions are used once more.
#include "buri/core/node/tunnel_table.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

/// A server that restarts is back sooner.
constexpr auto server_patience = std::chrono::seconds(20);
/// Between two peers.
constexpr auto reopening_gap = std::chrono::milliseconds(20);

}  // namespace

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

void tunnel_table::recall(std::vector<wire::tunnel_open> offers, time_point now) {
    for (auto& offer : offers) {
        const bool is_usable = offer.punch.size() == punch_key_size && known_.shares_network(offer.peer);
        if (is_usable) remember(peers_[offer.peer], std::move(offer));
    }
    plan_reopening(now);
}

void tunnel_table::on_server_lost(time_point now) {
    plan_reopening(now + server_patience);
}

void tunnel_table::plan_reopening(time_point begin) {
    for (auto& [id, peer] : peers_) {
        if (!peer.offer || peer.current) continue;
        peer.reopen_at = begin;
        begin += reopening_gap;
    }
}

void tunnel_table::on_server_found() {
    for (auto& [id, peer] : peers_) {
        peer.reopen_at = never;
        peer.may_ask = time_point::min();
        peer.patience = first_patience;
    }
}

void tunnel_table::reopen_due(time_point now) {
    for (auto& [id, peer] : peers_) {
        if (peer.reopen_at <= now) reopen(id, now);
    }
}

time_point tunnel_table::next_reopening() const {
    auto first = never;
    for (const auto& [id, peer] : peers_)
        first = std::min(first, peer.reopen_at);
    return first;
}

void tunnel_table::remove_unnamed(std::span<const wire::kept_tunnel> named) {
    for (auto& [id, peer] : peers_) {
        if (!peer.current || std::ranges::find(named, peer.current->spi_in(), &wire::kept_tunnel::in) != named.end()) {
            continue;
        }
        if (std::exchange(peer.is_reopened, false) || !known_.shares_network(id))
            on_close({id, peer.current->spi_in(), {}});
    }
}

void tunnel_table::remember(held& peer, wire::tunnel_open offer) {
    if (peer.offer) offered_.erase(peer.offer->in);
    offered_.insert_or_assign(offer.in, offer.peer);
    peer.offer = std::move(offer);
    ++revision_;
}

void tunnel_table::reopen(node_id id, time_point now) {
    auto& peer = peers_[id];
    peer.reopen_at = never;
    if (!peer.offer || peer.current || owners_.contains(peer.offer->in) || !known_.shares_network(id)) return;
    const auto offer = *peer.offer;
    auto made = make(offer, true, now);
    if (!made) {
        peer.problem = made.error().text;
    } else {
        peer.is_reopened = true;
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
    if (!parsed || !std::holds_alternative<wire::probe>(parsed->message)) return;
    const punch_key punch(std::span(offer.punch).first<punch_key_size>());
    if (has_right_mac(*parsed, *suite, punch)) reopen(owner->second, now);
}

}  // namespace buri::core
