#include "buri/core/relay/bindings.hpp"

#include "buri/core/relay/relay.hpp"

#include <algorithm>

namespace buri::core {

void bindings::bind(const path_address& way, const accepted_token& token, time_point now) {
    auto& node = enter(token.node, now);
    node.kbit = token.kbit;
    node.ends = std::max(node.ends, token.ends);
    if (node.way != way) move(node, way, now);
    node.heard = now;
    auto& bound = bindings_[token.in];
    if (bound.node != &node) {
        if (bound.node != nullptr) std::erase(bound.node->bound, token.in);
        bound.node = &node;
        node.bound.push_back(token.in);
    }
    bound.ends = token.ends;
    bound.digest = token.digest;
}

bound_node& bindings::enter(node_id id, time_point now) {
    const auto present = nodes_.find(id);
    if (present != nodes_.end() && present->second.ends <= now) forget(id);
    const auto [at, is_new] = nodes_.try_emplace(id);
    if (is_new) {
        at->second.id = id;
        at->second.ends = now;
        check_later(at->second, now + relay_silence);
    }
    return at->second;
}

void bindings::move(bound_node& node, const path_address& way, time_point now) {
    take_way(way, node);
    if (node.previous && node.previous != way) ways_.erase(node.previous);
    node.previous = node.way;
    node.previous_until = now + previous_way_lasts;
    node.way = way;
    ways_[way] = &node;
}

/// A way leads to one node: the newest that proved to be there.
void bindings::take_way(const path_address& way, const bound_node& from_others) {
    const auto found = ways_.find(way);
    if (found == ways_.end() || found->second == &from_others) return;
    auto& other = *found->second;
    if (other.way == way) {
        forget(other.id);
        return;
    }
    other.previous = {};
    ways_.erase(found);
}

bound_node* bindings::sender(const path_address& from, time_point now) {
    const auto found = ways_.find(from);
    if (found == ways_.end()) return nullptr;
    auto& node = *found->second;
    if (node.ends <= now) return nullptr;
    if (node.way == from) {
        node.heard = now;
    } else if (node.previous_until <= now) {
        return nullptr;
    }
    return &node;
}

const bound_node* bindings::receiver(spi to, time_point now) const {
    const auto found = bindings_.find(to.base());
    if (found == bindings_.end() || found->second.ends <= now) return nullptr;
    return found->second.node;
}

bool bindings::has(spi in, const crypto::sha256_digest& digest) const {
    const auto found = bindings_.find(in);
    return found != bindings_.end() && crypto::equal_constant_time(found->second.digest, digest);
}

bool bindings::has_room(node_id node, spi in, std::size_t most, std::size_t all) const {
    const auto found = bindings_.find(in);
    const bool is_new = found == bindings_.end();
    if (is_new && bindings_.size() >= all) return false;
    const auto who = nodes_.find(node);
    if (who == nodes_.end()) return most > 0;
    return who->second.bound.size() < most || (!is_new && found->second.node == &who->second);
}

std::optional<spi> bindings::stale_of(node_id node, time_point ends) const {
    const auto who = nodes_.find(node);
    if (who == nodes_.end() || who->second.bound.empty()) return std::nullopt;
    const auto ends_of = [this](spi in) { return bindings_.at(in).ends; };
    const auto first = std::ranges::min(who->second.bound, {}, ends_of);
    if (ends_of(first) + std::chrono::hours(1) > ends) return std::nullopt;
    return first;
}

void bindings::drop(spi in) {
    const auto found = bindings_.find(in);
    if (found == bindings_.end()) return;
    std::erase(found->second.node->bound, in);
    bindings_.erase(found);
}

void bindings::on_stream_closed(const path_address& way) {
    const auto found = ways_.find(way);
    if (found == ways_.end()) return;
    auto& node = *found->second;
    if (node.way == way) {
        forget(node.id);
        return;
    }
    node.previous = {};
    ways_.erase(found);
}

void bindings::drop_ended(bound_node& node, time_point now) {
    std::erase_if(node.bound, [&](spi in) {
        const auto found = bindings_.find(in);
        if (found->second.ends > now) return false;
        bindings_.erase(found);
        return true;
    });
}

void bindings::forget(node_id id) {
    const auto found = nodes_.find(id);
    auto& node = found->second;
    for (const auto in : node.bound)
        bindings_.erase(in);
    ways_.erase(node.way);
    if (node.previous) ways_.erase(node.previous);
    nodes_.erase(found);
}

void bindings::check_later(bound_node& node, time_point at) {
    node.check_at = at;
    checks_.push({at, node.id});
}

void bindings::on_deadline(time_point now) {
    while (!checks_.empty() && checks_.top().at <= now) {
        const auto due = checks_.top();
        checks_.pop();
        const auto found = nodes_.find(due.node);
        if (found == nodes_.end() || found->second.check_at != due.at) continue;
        auto& node = found->second;
        drop_ended(node, now);
        // The end of a stream is told; an address falls silent.
        const auto silent_at = is_stream(node.way) ? now + relay_silence : node.heard + relay_silence;
        if (silent_at <= now || node.ends <= now) {
            forget(node.id);
        } else {
            check_later(node, silent_at);
        }
    }
}

time_point bindings::next_deadline() const {
    return checks_.empty() ? never : checks_.top().at;
}

}  // namespace buri::core
