#include "buri/core/mediator/relay_grants.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// For one end. What was not measured yet counts as far, the server's own relay as less far.
constexpr std::uint64_t unmeasured = 1'000;
constexpr std::uint64_t unmeasured_own = 500;
/// The end measured others, and this one did not answer.
constexpr std::uint64_t silent = 100'000;

std::uint64_t cost_for(const online_node* node, std::uint32_t relay) {
    if (node == nullptr || !node->round_trips) return relay == own_relay ? unmeasured_own : unmeasured;
    const auto known = std::ranges::find(*node->round_trips, relay, &wire::relay_round_trip::relay);
    return known != node->round_trips->end() ? std::min<std::uint64_t>(known->ms, silent) : silent;
}

/// By a fifth and 10 ms: round trips vary, and every change is told to two nodes.
bool is_clearly_less(std::uint64_t a, std::uint64_t than) {
    return a + std::max<std::uint64_t>(10, than / 5) < than;
}

}  // namespace

// ---- the choice -----------------------------------------------------------------------------------------------------------

std::uint64_t relay_grants::cost(const granted& of, std::uint32_t relay) const {
    const roster& nodes = nodes_;
    return cost_for(nodes.find(of.ends[0].node), relay) + cost_for(nodes.find(of.ends[1].node), relay);
}

std::vector<relay_grants::cost_of_relay> relay_grants::best(const granted& of) const {
    std::vector<cost_of_relay> out;
    for (const auto& [id, relay] : fleet_.all()) {
        const bool is_used = std::ranges::find(of.relays, id) != of.relays.end();
        if (is_used || !relay.is_full) out.push_back({id, cost(of, id)});
    }
    const auto kept = std::min(out.size(), per_tunnel);
    std::ranges::partial_sort(out, out.begin() + static_cast<std::ptrdiff_t>(kept), {},
                              [](const cost_of_relay& each) { return std::pair(each.cost, each.relay); });
    out.resize(kept);
    return out;
}

bool relay_grants::choose(granted& of) const {
    const auto wanted = best(of);
    const auto is_gone = [this](std::uint32_t relay) { return fleet_.find(relay) == nullptr; };
    bool changes = wanted.size() > of.relays.size() || std::ranges::any_of(of.relays, is_gone);
    for (std::size_t i = 0; !changes && i < wanted.size(); ++i)
        changes = is_clearly_less(wanted[i].cost, cost(of, of.relays[i]));
    if (!changes) return false;
    of.relays.clear();
    for (const auto& each : wanted)
        of.relays.push_back(each.relay);
    return true;
}

std::optional<std::vector<wire::relay_grant>> relay_grants::of(node_id node, node_id peer) const {
    const auto& known = pairs_.at(key_of(node, peer));
    if (known.relays.empty()) return std::nullopt;
    const auto& end = known.ends[node < peer ? 0 : 1];
    const auto& plan = at_.settings.plans.of(*at_.records.account(node), at_.today);
    const auto expires = static_cast<std::uint64_t>((at_.today + life).time_since_epoch().count());
    std::vector<wire::relay_grant> out;
    for (const auto relay : known.relays)
        out.push_back({relay, at_.relay_tokens.token_of({relay, node, end.in, plan.relay_kbit, expires})});
    return out;
}

// ---- tunnels come and go --------------------------------------------------------------------------------------------------

relay_grants::granted& relay_grants::put(const tunnel_end& a, const tunnel_end& b) {
    const auto key = key_of(a.node, b.node);
    auto& made = pairs_[key];
    renewals_.erase({made.renewed_at, key});
    made.ends = {a, b};
    if (b.node < a.node) std::swap(made.ends[0], made.ends[1]);
    made.is_due = {};
    made.renewed_at = at_.now + renewal;
    renewals_.insert({made.renewed_at, key});
    choose(made);
    return made;
}

void relay_grants::open(const tunnel_end& a, const tunnel_end& b) {
    put(a, b);
}

void relay_grants::adopt(const tunnel_end& a, const tunnel_end& b) {
    put(a, b);
    tell_again(a.node, b.node);
    tell_again(b.node, a.node);
}

void relay_grants::close(node_id a, node_id b) {
    const auto found = pairs_.find(key_of(a, b));
    if (found == pairs_.end()) return;
    renewals_.erase({found->second.renewed_at, found->first});
    pairs_.erase(found);
}

// ---- who is told again ----------------------------------------------------------------------------------------------------

void relay_grants::queue(const pair_key& key, granted& of) {
    if (std::exchange(of.is_queued, true)) return;
    queue_.push_back(key);
}

void relay_grants::queue_due(node_id node, node_id peer) {
    const auto found = pairs_.find(key_of(node, peer));
    if (found == pairs_.end()) return;
    auto& [key, each] = *found;
    auto& is_due = each.is_due[node < peer ? 0 : 1];
    if (each.relays.empty() && !is_due) return;
    is_due = true;
    queue(key, each);
}

void relay_grants::tell_again(node_id node, node_id peer) {
    queue_due(node, peer);
}

void relay_grants::on_rate(const online_node& node) {
    for (const auto peer : node.tunnels)
        queue_due(node.id, peer);
}

void relay_grants::on_round_trips(const online_node& node) {
    for (const auto peer : node.tunnels) {
        const auto found = pairs_.find(key_of(node.id, peer));
        if (found != pairs_.end()) queue(found->first, found->second);
    }
}

void relay_grants::on_fleet_changed() {
    for (auto& [key, each] : pairs_)
        queue(key, each);
}

void relay_grants::tell_due(granted& of) {
    for (std::size_t i = 0; i < of.ends.size(); ++i) {
        auto* const to = nodes_.listening(of.ends[i].node);
        if (!of.is_due[i] || to == nullptr) continue;
        of.is_due[i] = false;
        const auto peer = of.ends[1 - i].node;
        auto tokens = this->of(to->id, peer).value_or(std::vector<wire::relay_grant>());
        out_.tell(*to, wire::tunnel_relays{peer, of.ends[i].in, std::move(tokens)});
    }
}

void relay_grants::on_deadline() {
    while (!renewals_.empty() && renewals_.begin()->first <= at_.now) {
        const auto key = renewals_.begin()->second;
        renewals_.erase(renewals_.begin());
        auto& each = pairs_.at(key);
        each.renewed_at = at_.now + renewal;
        renewals_.insert({each.renewed_at, key});
        queue_due(key.first, key.second);
        queue_due(key.second, key.first);
    }
    if (at_.now < resumes_at_) return;
    auto room = pairs_at_once;
    while (!queue_.empty() && room > 0) {
        const auto found = pairs_.find(queue_.front());
        queue_.pop_front();
        if (found == pairs_.end()) continue;
        auto& each = found->second;
        each.is_queued = false;
        if (choose(each)) each.is_due = {true, true};
        if (each.is_due[0] || each.is_due[1]) --room;
        tell_due(each);
    }
    resumes_at_ = at_.now + pause;
}

time_point relay_grants::next_deadline() const {
    const auto renews_at = renewals_.empty() ? never : renewals_.begin()->first;
    return queue_.empty() ? renews_at : std::min(renews_at, resumes_at_);
}

}  // namespace buri::core
