// Which peers' introductions the server is to be asked for, and when.
#include "buri/core/node/tunnel_table.hpp"

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

}  // namespace buri::core
