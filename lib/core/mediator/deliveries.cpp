#include "buri/core/mediator/deliveries.hpp"

#include <algorithm>

namespace buri::core {

void deliveries::on_hello(online_node& node) {
    node.messages.clear();
    for (const auto network : at_.records.networks_of(node.id))
        deliver(network, node.id);
}

void deliveries::deliver(std::uint64_t network, node_id node) {
    auto* const to = nodes_.listening(node);
    const auto* const member = at_.records.member(network, node);
    if (to == nullptr || member == nullptr || member->is_waiting) return;
    welcome(*to, *member, *at_.records.network(network));
    announce(*to, *member, *at_.records.network(network));
}

void deliveries::deliver_to_all(std::uint64_t network) {
    for (const auto member : at_.records.members(network))
        deliver(network, member);
}

void deliveries::welcome(online_node& node, const member_record& member, const network_record& network) {
    if (member.is_welcomed || network.welcome.empty()) return;
    const auto text = std::hash<std::string>{}(network.welcome);
    if (std::exchange(node.messages[network.id].welcome, text) == text) return;
    out_.tell(node, wire::welcome_event{network.name, network.welcome});
}

void deliveries::announce(online_node& node, const member_record& member, const network_record& network) {
    const auto all = at_.records.announcements(network.id);
    const auto unread = std::ranges::upper_bound(all, member.last_announcement, {}, &announcement_record::id);
    const auto count = std::min<std::ptrdiff_t>(all.end() - unread, max_unconfirmed);
    for (const auto& each : std::span(unread, unread + count)) {
        auto& sent = node.messages[network.id].announcement;
        if (each.id <= sent) continue;
        sent = each.id;
        out_.tell(node,
                  wire::announcement_event{network.name, {each.id, each.author, each.author_name, each.at, each.text}});
    }
}

}  // namespace buri::core
