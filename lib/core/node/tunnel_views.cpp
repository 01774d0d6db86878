// What a node tells of its tunnels.
#include "buri/core/node/tunnel_table.hpp"

namespace buri::core {

void tunnel_table::tell(node_id id, held& peer) {
    wire::json data{{"peer", to_string(id)}, {"nickname", known_.name_of(id)}};
    std::string state = "connecting";
    if (!peer.current) {
        state = peer.problem.empty() ? "closed" : "failed";
        if (!peer.problem.empty()) data["problem"] = peer.problem;
    } else if (peer.current->state() == tunnel_state::up) {
        const auto status = peer.current->status();
        state = status.relay ? "relay" : "direct";
        const auto* const relay = status.relay ? relays_.find(*status.relay) : nullptr;
        if (relay != nullptr) data["relay"] = relay->info.name;
        if (status.path) data["endpoint"] = to_string(status.path->at);
    } else if (peer.current->state() == tunnel_state::failed) {
        state = "failed";
        data["problem"] = peer.current->status().problem;
    }
    if (state == peer.told) return;
    peer.told = state;
    data["state"] = std::move(state);
    out_.push_back(node_event{"tunnel", std::move(data)});
}

const tunnel* tunnel_table::current(node_id peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? nullptr : found->second.current.get();
}

void tunnel_table::describe(peer_view& view) const {
    const auto found = peers_.find(view.info.id);
    if (found == peers_.end()) return;
    view.problem = found->second.problem;
    if (!found->second.current) return;
    view.tunnel = found->second.current->status();
    view.in = found->second.current->spi_in();
}

}  // namespace buri::core
