#include "buri/core/mediator/introductions.hpp"

#include "buri/core/mediator/suite_choice.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::string_view no_common_network = "no_common_network";
constexpr std::string_view offline = "offline";
constexpr std::string_view replaced = "replaced";

constexpr std::uint32_t spi_top_bit = 0x80000000U;
constexpr std::size_t punch_key_size = 16;

bool is_tunnel_spi(spi value) {
    return (value.value & spi_top_bit) != 0 && value.epoch() == 0;
}

bool are_mirrored(const wire::kept_tunnel& a, const wire::kept_tunnel& b) {
    return a.in == b.out && a.out == b.in;
}

}  // namespace

std::uint64_t introductions::key_of(node_id a, node_id b) {
    const auto [low, high] = std::minmax(a, b);
    return std::uint64_t{low.value} << 32U | high.value;
}

introductions::pair* introductions::find(node_id a, node_id b) {
    const auto found = pairs_.find(key_of(a, b));
    return found != pairs_.end() ? &found->second : nullptr;
}

bool introductions::have_common_network(node_id a, node_id b) const {
    return a != b && !records_.common_networks(a, b).empty();
}

void introductions::on_hello(online_node& node, std::span<const wire::kept_tunnel> told,
                             std::vector<std::uint8_t> suites) {
    if (node.suites != suites) {
        for (const auto peer : node.unsuitable) {
            if (auto* const other = nodes_.find(peer)) other->unsuitable.erase(node.id);
        }
        node.unsuitable.clear();
        node.suites = std::move(suites);
    }
    take_claims(node, told);
    compare_with_claims(node);
    adopt_claims(node);
}

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
        spis_.insert({mine.in, mine.out});
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

void introductions::on_ready(online_node& node) {
    for (const auto peer : records_.peers_of(node.id)) {
        if (auto* const other = nodes_.listening(peer)) introduce_if_missing(node, *other);
    }
}

void introductions::on_joined(node_id node, std::uint64_t network) {
    auto* const joined = nodes_.listening(node);
    if (joined == nullptr) return;
    for (const auto member : records_.members(network)) {
        if (auto* const other = nodes_.listening(member)) introduce_if_missing(*joined, *other);
    }
}

void introductions::introduce_if_missing(online_node& a, online_node& b) {
    if (a.id == b.id || !a.is_ready || !b.is_ready) return;
    const auto* const known = find(a.id, b.id);
    if (known == nullptr || known->is_stale) introduce(a, b);
}

bool introductions::introduce(online_node& a, online_node& b) {
    const auto suite = choose_suite({a.suites, a.has_rsa_key}, {b.suites, b.has_rsa_key}, settings_.suites);
    if (!suite) {
        refuse(a, b);
        return false;
    }
    const auto [entry, is_new] = pairs_.try_emplace(key_of(a.id, b.id));
    auto& made = entry->second;
    if (is_new) {
        std::tie(made.low, made.high) = std::minmax(a.id, b.id);
        a.tunnels.insert(b.id);
        b.tunnels.insert(a.id);
    } else {
        retire(made);
    }
    retire_claims(made, a, b.id);
    retire_claims(made, b, a.id);
    limit_former(made);
    made.low_in = unused_spi();
    made.high_in = unused_spi();
    made.is_stale = false;
    const auto punch = random_.array<punch_key_size>();
    const bytes punch_key(punch.begin(), punch.end());
    tell_open(a, b, made, *suite, punch_key);
    tell_open(b, a, made, *suite, punch_key);
    return true;
}

void introductions::refuse(online_node& a, online_node& b) {
    const auto notify = [this](online_node& to, const online_node& peer) {
        if (!to.unsuitable.insert(peer.id).second) return;
        const auto& account = *records_.account(peer.id);
        out_.tell(to, wire::notice{static_cast<std::uint16_t>(errc::suite_refused),
                                   "no tunnel to " + account.nickname + " (" + to_string(peer.id) +
                                       "): the two nodes and the server allow no crypto suite in common that both keys "
                                       "fit; change `suites` in the configuration of one",
                                   peer.id});
    };
    notify(a, b);
    notify(b, a);
}

void introductions::retire(pair& of) {
    of.former.push_back({of.low, of.low_in, true});
    of.former.push_back({of.high, of.high_in, true});
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

void introductions::limit_former(pair& of) {
    while (of.former.size() > max_former) {
        const auto oldest = of.former.front();
        of.former.erase(of.former.begin());
        if (oldest.has_spi) spis_.erase(oldest.in);
        tell_close(oldest.holder, oldest.holder == of.low ? of.high : of.low, oldest.in, replaced);
    }
}

void introductions::on_candidates(online_node& node) {
    for (const auto peer : node.tunnels) {
        if (auto* const other = nodes_.listening(peer)) tell_candidates(*other, node);
    }
}

void introductions::on_offline(online_node& node) {
    const std::vector peers(node.tunnels.begin(), node.tunnels.end());
    for (const auto peer : peers)
        close(node.id, peer, offline);
    for (const auto peer : node.unsuitable) {
        if (auto* const other = nodes_.find(peer)) other->unsuitable.erase(node.id);
    }
    node.unsuitable.clear();
}

void introductions::on_separated(node_id a, node_id b) {
    if (have_common_network(a, b)) return;
    close(a, b, no_common_network);
    close_claims(a, b);
    close_claims(b, a);
    if (auto* const node = nodes_.find(a)) node->unsuitable.erase(b);
    if (auto* const node = nodes_.find(b)) node->unsuitable.erase(a);
}

void introductions::on_deleted(std::span<const node_id> former) {
    for (const auto member : former) {
        const auto* const node = nodes_.find(member);
        if (node == nullptr) continue;
        std::unordered_set<node_id> peers(node->tunnels);
        peers.insert(node->unsuitable.begin(), node->unsuitable.end());
        for (const auto& [peer, claims] : node->claims)
            peers.insert(peer);
        for (const auto peer : peers)
            on_separated(member, peer);
    }
}

result<void> introductions::on_request(online_node& node, node_id peer, time_point now) {
    if (!have_common_network(node.id, peer)) {
        return fail(errc::peer_not_found, "no tunnel to " + to_string(peer) + ": no such peer is in your networks");
    }
    auto* const other = nodes_.find(peer);
    if (other == nullptr || !other->is_visible) {
        return fail(errc::peer_offline,
                    "no tunnel to " + to_string(peer) + ": the peer is offline; it comes when the peer does");
    }
    if (auto* const known = find(node.id, peer)) {
        if (known->last_request != time_point::min() && now - known->last_request < request_interval) {
            return fail(errc::too_many_requests, "no new tunnel to " + to_string(peer) +
                                                     ": one was asked for a moment ago; try again in 5 seconds");
        }
        known->is_stale = true;
    }
    // If one of the two is not ready, they are introduced as soon as it is.
    const bool are_ready = node.is_ready && other->is_ready;
    if (are_ready && !introduce(node, *other)) {
        return fail(errc::suite_refused,
                    "no tunnel to " + to_string(peer) + ": the two nodes allow no crypto suite in common");
    }
    if (auto* const known = find(node.id, peer)) known->last_request = now;
    return {};
}

void introductions::tell_open(online_node& to, const online_node& peer, const pair& of, suite_id suite,
                              const bytes& punch) {
    const auto& account = *records_.account(peer.id);
    wire::tunnel_open open;
    open.peer = peer.id;
    open.nickname = account.nickname;
    open.key = account.key_blob;
    open.in = of.in(to.id);
    open.out = of.out(to.id);
    open.suite = static_cast<std::uint8_t>(suite);
    open.punch = punch;
    open.candidates = peer.candidates;
    for (const auto network : records_.common_networks(to.id, peer.id)) {
        open.networks.push_back(records_.network(network)->name);
    }
    out_.tell(to, std::move(open));
}

void introductions::tell_candidates(online_node& to, const online_node& of) {
    if (!of.candidates.empty()) out_.tell(to, wire::peer_candidates{of.id, of.candidates});
}

void introductions::tell_close(node_id to, node_id peer, spi in, std::string_view reason) {
    if (auto* const node = nodes_.listening(to)) out_.tell(*node, wire::tunnel_close{peer, in, std::string(reason)});
}

void introductions::close(node_id a, node_id b, std::string_view reason) {
    auto* const known = find(a, b);
    if (known == nullptr) return;
    retire(*known);
    for (const auto& former : known->former) {
        if (former.has_spi) spis_.erase(former.in);
        tell_close(former.holder, former.holder == a ? b : a, former.in, reason);
    }
    pairs_.erase(key_of(a, b));
    if (auto* const node = nodes_.find(a)) node->tunnels.erase(b);
    if (auto* const node = nodes_.find(b)) node->tunnels.erase(a);
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

spi introductions::unused_spi() {
    for (;;) {
        const spi drawn{(random_.u32() | spi_top_bit) & ~3U};
        if (spis_.insert(drawn).second) return drawn;
    }
}

}  // namespace buri::core
