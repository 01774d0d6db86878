#include "buri/core/mediator/introductions.hpp"

#include "buri/core/mediator/candidates.hpp"
#include "buri/core/mediator/suite_choice.hpp"
#include "buri/crypto/identity_key.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::size_t punch_key_size = 16;
constexpr std::size_t max_suites = 16;

bool is_rsa(byte_view key_blob) {
    const auto key = crypto::public_key::from_blob(key_blob);
    return key && key->type() == crypto::key_type::rsa;
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

std::optional<suite_id> introductions::suite_for(const online_node& a, const online_node& b) const {
    return choose_suite({a.suites, a.has_rsa_key}, {b.suites, b.has_rsa_key}, at_.settings.suites);
}

// ---- without encryption -------------------------------------------------------------------------------------------------

bool introductions::may_be_plain(node_id node) const {
    const auto& plan = at_.settings.plans.of(*records_.account(node), at_.today);
    return plan.permissions.contains(permission::no_encryption);
}

bool introductions::is_plain(const online_node& a, const online_node& b) const {
    if (!a.allows_plain || !b.allows_plain || !may_be_plain(a.id) || !may_be_plain(b.id)) return false;
    if (suite_for(a, b) == suite_id::classic) return false;
    const auto common = records_.common_networks(a.id, b.id);
    return !common.empty() && std::ranges::all_of(common, [this](std::uint64_t id) {
        const auto& network = *records_.network(id);
        return network.is_unencrypted && may_be_plain(network.owner);
    });
}

void introductions::review(online_node& a, online_node& b) {
    auto* const known = find(a.id, b.id);
    if (known == nullptr || known->is_plain == is_plain(a, b)) return;
    known->is_stale = true;
    introduce_if_missing(a, b);
}

void introductions::review(node_id node) {
    auto* const self = nodes_.find(node);
    if (self == nullptr) return;
    for (const auto peer : self->tunnels)
        review(*self, *nodes_.find(peer));
}

void introductions::review_network(std::uint64_t network) {
    for (const auto member : records_.members(network)) {
        auto* const self = nodes_.find(member);
        if (self == nullptr) continue;
        for (const auto peer : self->tunnels) {
            if (member < peer && records_.is_member(network, peer)) review(*self, *nodes_.find(peer));
        }
    }
}

// ---- a node and what it claims --------------------------------------------------------------------------------------------

void introductions::forget_unsuitable(online_node& node) {
    for (const auto peer : node.unsuitable) {
        if (auto* const other = nodes_.find(peer)) other->unsuitable.erase(node.id);
    }
    node.unsuitable.clear();
}

void introductions::take_suites(online_node& node, std::span<const std::uint8_t> suites) {
    // A node that names more suites than exist means none of the rest.
    suites = suites.first(std::min(suites.size(), max_suites));
    if (std::ranges::equal(node.suites, suites)) return;
    forget_unsuitable(node);
    node.suites.assign(suites.begin(), suites.end());
}

void introductions::on_hello(online_node& node, const wire::hello& said) {
    take_suites(node, said.suites);
    node.has_rsa_key = is_rsa(records_.account(node.id)->key_blob);
    node.allows_plain = said.plain.value_or(false);
    node.has_new_key = false;
    take_claims(node, said.tunnels);
    compare_with_claims(node);
    adopt_claims(node);
    review(node.id);
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
    review(node);
}

void introductions::on_left(node_id node, std::uint64_t network) {
    for (const auto member : records_.members(network))
        on_separated(node, member);
}

void introductions::on_key_changed(node_id node) {
    auto* const self = nodes_.find(node);
    if (self == nullptr) return;
    self->has_new_key = true;
    self->has_rsa_key = is_rsa(records_.account(node)->key_blob);
    forget_unsuitable(*self);
    for (const auto peer : self->tunnels) {
        auto& known = *find(node, peer);
        known.is_stale = true;
        known.last_request = time_point::min();
    }
}

void introductions::on_relay_rate(node_id node) {
    if (const auto* const self = nodes_.find(node)) relays_.on_rate(*self);
}

void introductions::introduce_if_missing(online_node& a, online_node& b) {
    if (a.id == b.id || !a.is_ready || !b.is_ready) return;
    const auto* const known = find(a.id, b.id);
    if (known == nullptr || known->is_stale) introduce(a, b);
}

bool introductions::introduce(online_node& a, online_node& b) {
    const auto suite = suite_for(a, b);
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
    made.is_plain = is_plain(a, b);
    relays_.open({a.id, made.in(a.id)}, {b.id, made.in(b.id)});
    const auto punch = at_.random.array<punch_key_size>();
    auto for_a = opening(a, b, made);
    auto for_b = opening(b, a, made);
    for (auto* const open : {&for_a, &for_b}) {
        open->suite = static_cast<std::uint8_t>(*suite);
        open->punch.assign(punch.begin(), punch.end());
        if (made.is_plain) open->plain = true;
    }
    out_.tell(a, std::move(for_a));
    out_.tell(b, std::move(for_b));
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
    forget_unsuitable(node);
}

void introductions::on_separated(node_id a, node_id b) {
    if (have_common_network(a, b)) {
        auto* const left = nodes_.find(a);
        auto* const right = nodes_.find(b);
        if (left != nullptr && right != nullptr) review(*left, *right);
        return;
    }
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

result<void> introductions::on_request(online_node& node, node_id peer) {
    if (!have_common_network(node.id, peer)) {
        return fail(errc::peer_not_found, "no tunnel to " + to_string(peer) + ": no such peer is in your networks");
    }
    auto* const other = nodes_.find(peer);
    if (other == nullptr || !other->is_visible) {
        return fail(errc::peer_offline,
                    "no tunnel to " + to_string(peer) + ": the peer is offline; it comes when the peer does");
    }
    if (auto* const known = find(node.id, peer)) {
        if (known->last_request != time_point::min() && at_.now - known->last_request < request_interval) {
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
    if (auto* const known = find(node.id, peer)) known->last_request = at_.now;
    return {};
}

wire::tunnel_open introductions::opening(const online_node& to, const online_node& peer, const pair& of) const {
    const auto& account = *records_.account(peer.id);
    wire::tunnel_open open;
    open.peer = peer.id;
    open.nickname = account.nickname;
    open.key = account.key_blob;
    open.in = of.in(to.id);
    open.out = of.out(to.id);
    open.candidates = peer.candidates;
    for (const auto network : records_.common_networks(to.id, peer.id)) {
        open.networks.push_back(records_.network(network)->name);
    }
    open.relays = relays_.of(to.id, peer.id);
    open.seen = seen(peer);
    return open;
}

/// As little as a candidate may it lead to a machine that is not the node.
std::optional<endpoint> introductions::seen(const online_node& node) const {
    if (!is_acceptable_candidate(node.from, at_.settings.pool, at_.settings.ula)) return std::nullopt;
    return node.from;
}

void introductions::tell_candidates(online_node& to, const online_node& of) {
    if (!of.candidates.empty()) out_.tell(to, wire::peer_candidates{of.id, of.candidates, seen(of)});
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
    relays_.close(a, b);
    if (auto* const node = nodes_.find(a)) node->tunnels.erase(b);
    if (auto* const node = nodes_.find(b)) node->tunnels.erase(a);
}

spi introductions::unused_spi() {
    for (;;) {
        const spi drawn{(at_.random.u32() | spi_top_bit) & ~3U};
        if (spis_.insert(drawn).second) return drawn;
    }
}

}  // namespace buri::core
