// What a node_machine tells for display.
#include "buri/core/node/node_parts.hpp"

namespace buri::core {

bool node_machine::is_online() const {
    return parts_->synchronised;
}
node_id node_machine::self() const {
    return parts_->known.self();
}
const std::string& node_machine::nickname() const {
    return parts_->known.nickname();
}
std::string node_machine::name_of(node_id node) const {
    return parts_->known.name_of(node);
}
const wire::plan_info& node_machine::plan() const {
    return parts_->known.plan();
}
const std::vector<wire::network_info>& node_machine::networks() const {
    return parts_->known.networks();
}
std::vector<endpoint> node_machine::mapped_endpoints() const {
    return parts_->stun.mapped();
}
const nat_report& node_machine::nat() const {
    return parts_->around.nat;
}
std::vector<relay_view> node_machine::relays() const {
    return parts_->relays.views();
}
std::vector<port_mapping> node_machine::port_mappings() const {
    return parts_->forwarded.mappings();
}
result<node_id> node_machine::find_peer(std::string_view text) const {
    return parts_->known.find_peer(text);
}
result<node_id> node_machine::find_member(const network_name& network, std::string_view text) const {
    return parts_->known.find_member(network, text);
}

std::optional<peer_reach> node_machine::reach(node_id peer, time_point now) const {
    const auto* const present = parts_->tunnels.current(peer);
    if (present == nullptr) return std::nullopt;
    return peer_reach{present->ways(now), present->evidence(now)};
}

guess_usage node_machine::guesses(time_point now) const {
    const auto& budget = parts_->around.guesses;
    return {budget.live(now), budget.is_spraying()};
}

std::vector<peer_view> node_machine::peers() const {
    std::vector<peer_view> views;
    for (const auto& [id, info] : parts_->known.peers()) {
        auto& view = views.emplace_back();
        view.info = info;
        view.networks = parts_->known.networks_with(id);
        parts_->tunnels.describe(view);
    }
    return views;
}

}  // namespace buri::core
