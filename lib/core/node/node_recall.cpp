// What a node does without its server: it remembers, and uses introductions once more.
#include "buri/core/node/node_parts.hpp"

#include <utility>

namespace buri::core {

result<void> node_machine::recall(memory what, time_point now) {
    auto& p = *parts_;
    p.now = now;
    auto known = p.known.on_sync(what.all);
    if (!known) return fail(known.error());
    p.use_addresses();
    p.relays.on_list(what.relays, now);
    p.relay_list = std::move(what.relays);
    p.tunnels.recall(std::move(what.offers), now);
    p.settle(now);
    return {};
}

memory node_machine::remembered() const {
    const auto& known = parts_->known;
    memory out;
    out.all.id = known.self();
    out.all.nickname = known.nickname();
    out.all.pool = to_string(known.pool());
    out.all.ula = to_string(known.ula());
    out.all.plan = known.plan();
    for (const auto& [id, info] : known.peers())
        out.all.peers.push_back(info);
    out.all.networks = known.networks();
    out.relays = parts_->relay_list;
    out.offers = parts_->tunnels.offers();
    return out;
}

std::uint64_t node_machine::revision() const {
    return parts_->revision + parts_->tunnels.revision();
}

void node_machine::parts::reopen_wanted() {
    while (const auto peer = tunnels.take_wanted(now))
        tunnels.reopen(*peer, now);
    tunnels.reopen_due(now);
}

void node_machine::parts::want_tunnel(node_id peer) {
    const auto found = known.peers().find(peer);
    if (found == known.peers().end() || !known.shares_network(peer)) return;
    if (found->second.online || !connected) tunnels.want_introduction(peer);
}

}  // namespace buri::core
