#include "buri/core/mediator/roster.hpp"

namespace buri::core {

std::optional<connection_id> roster::connect(connection_id connection, node_id node, const endpoint& from) {
    auto& entry = nodes_[node];
    entry.id = node;
    const auto displaced = entry.connection;
    if (displaced) drop_connection(entry);
    entry.connection = connection;
    entry.from = from;
    entry.waiting_requests = 0;
    connections_[connection] = node;
    return displaced;
}

online_node* roster::by_connection(connection_id connection) {
    const auto found = connections_.find(connection);
    return found != connections_.end() ? find(found->second) : nullptr;
}

online_node* roster::find(node_id node) {
    const auto found = nodes_.find(node);
    return found != nodes_.end() ? &found->second : nullptr;
}

const online_node* roster::find(node_id node) const {
    const auto found = nodes_.find(node);
    return found != nodes_.end() ? &found->second : nullptr;
}

online_node* roster::listening(node_id node) {
    auto* const found = find(node);
    return found != nullptr && found->is_listening ? found : nullptr;
}

online_node* roster::told(node_id node) {
    auto* const found = find(node);
    return found != nullptr && found->session != 0 ? found : nullptr;
}

const online_node* roster::told(node_id node) const {
    const auto* const found = find(node);
    return found != nullptr && found->session != 0 ? found : nullptr;
}

std::vector<node_id> roster::told_nodes() const {
    std::vector<node_id> out;
    for (const auto& [id, node] : nodes_) {
        if (node.session != 0) out.push_back(id);
    }
    return out;
}

bool roster::is_visible(node_id node) const {
    const auto* const found = find(node);
    return found != nullptr && found->is_visible;
}

void roster::make_visible(online_node& node) {
    if (!node.is_visible) ++visible_;
    node.is_visible = true;
    cancel(node, node_timer::absence);
}

void roster::drop_connection(online_node& node) {
    if (node.connection) connections_.erase(*node.connection);
    node.connection.reset();
    node.is_listening = false;
    node.is_ready = false;
    cancel(node, node_timer::readiness);
}

void roster::make_invisible(online_node& node) {
    if (node.is_visible) --visible_;
    node.is_visible = false;
    node.session = 0;
    node.missed.clear();
    node.approves.clear();
    node.messages.clear();
    cancel(node, node_timer::absence);
}

void roster::erase(node_id node) {
    auto* const entry = find(node);
    if (entry == nullptr) return;
    drop_connection(*entry);
    make_invisible(*entry);
    cancel(*entry, node_timer::candidates);
    nodes_.erase(node);
}

void roster::arm(online_node& node, node_timer which, time_point at) {
    auto& due = node.due[static_cast<std::size_t>(which)];
    if (due != never) timers_.erase({due, node.id, which});
    due = at;
    if (due != never) timers_.insert({due, node.id, which});
}

time_point roster::next_deadline() const {
    return timers_.empty() ? never : std::get<time_point>(*timers_.begin());
}

std::optional<due_timer> roster::take_due(time_point now) {
    if (next_deadline() > now) return std::nullopt;
    const auto [at, id, which] = *timers_.begin();
    arm(nodes_.at(id), which, never);
    return due_timer{id, which};
}

}  // namespace buri::core
