#include "buri/core/node/known_networks.hpp"

#include <algorithm>

namespace buri::core {

namespace {

using events = known_networks::events;

void append(events& to, events from) {
    std::ranges::move(from, std::back_inserter(to));
}

bool holds(const std::vector<node_id>& members, node_id id) {
    return std::ranges::find(members, id) != members.end();
}

node_event network_news(const wire::network_info& info, std::string_view change) {
    return {"network", {{"network", info.name.text()}, {"owner", to_string(info.owner)}, {"change", change}}};
}

}  // namespace

result<events> known_networks::on_sync(const wire::sync& all) {
    const auto pool = parse_ip_prefix(all.pool);
    const auto ula = parse_ip_prefix(all.ula);
    if (!pool || !ula) return fail(errc::malformed, "the server's sync has a bad prefix");
    events news;
    self_ = all.id;
    nickname_ = all.nickname;
    pool_ = *pool;
    ula_ = *ula;
    const auto earlier = networks_;
    for (const auto& peer : all.peers)
        append(news, on_peer(peer));
    for (const auto& network : all.networks)
        append(news, on_network(network));
    for (const auto& network : earlier) {
        const auto still = std::ranges::find(all.networks, network.name, &wire::network_info::name);
        if (still == all.networks.end()) append(news, on_gone({network.name, "left"}));
    }
    std::erase_if(peers_, [&](const auto& known) {
        return std::ranges::find(all.peers, known.first, &wire::peer_info::id) == all.peers.end();
    });
    if (std::exchange(synchronised_, true)) return news;
    return events{};
}

events known_networks::on_peer(const wire::peer_info& info) {
    if (info.id == self_) {
        nickname_ = info.nickname;
        return {};
    }
    const auto known = peers_.find(info.id);
    const auto earlier = known == peers_.end() ? wire::peer_info{} : known->second;
    const auto is_new = known == peers_.end();
    peers_.insert_or_assign(info.id, info);
    events news;
    if (!is_new && earlier.nickname != info.nickname) {
        news.push_back(peer_news(info.id, "nickname"));
        news.back().data["was"] = earlier.nickname;
    }
    if (earlier.online != info.online) news.push_back(peer_news(info.id, info.online ? "online" : "offline"));
    return news;
}

events known_networks::on_network(const wire::network_info& info) {
    events news;
    auto* known = find_network(info.name);
    if (known == nullptr) {
        networks_.push_back(info);
        news.push_back(network_news(info, "joined"));
        return news;
    }
    const auto earlier = std::exchange(*known, info);
    if (earlier.owner != info.owner || earlier.open != info.open || earlier.max_members != info.max_members) {
        news.push_back(network_news(info, "changed"));
    }
    for (const auto member : info.members) {
        if (!holds(earlier.members, member)) news.push_back(member_news(member, info.name, "joined"));
    }
    for (const auto member : earlier.members) {
        if (holds(info.members, member)) continue;
        news.push_back(member_news(member, info.name, "left"));
        forget_if_stranger(member);
    }
    return news;
}

events known_networks::on_joined(const wire::member_joined& what) {
    auto* network = find_network(what.network);
    if (network == nullptr || holds(network->members, what.member)) return {};
    network->members.push_back(what.member);
    if (what.member == self_) return {};
    return {member_news(what.member, network->name, "joined")};
}

events known_networks::on_left(const wire::member_left& what) {
    auto* network = find_network(what.network);
    if (network == nullptr || what.member == self_ || std::erase(network->members, what.member) == 0) return {};
    events news{member_news(what.member, network->name, "left")};
    forget_if_stranger(what.member);
    return news;
}

events known_networks::on_gone(const wire::network_gone& what) {
    const auto* network = find_network(what.network);
    if (network == nullptr) return {};
    const auto gone = *network;
    std::erase_if(networks_, [&](const auto& each) { return each.name == gone.name; });
    for (const auto member : gone.members)
        forget_if_stranger(member);
    return {{"left", {{"network", gone.name.text()}, {"reason", what.reason}}}};
}

wire::network_info* known_networks::find_network(const network_name& name) {
    const auto found = std::ranges::find(networks_, name, &wire::network_info::name);
    return found == networks_.end() ? nullptr : &*found;
}

void known_networks::forget_if_stranger(node_id peer) {
    if (!shares_network(peer)) peers_.erase(peer);
}

std::string known_networks::name_of(node_id peer) const {
    const auto known = peers_.find(peer);
    return known == peers_.end() || known->second.nickname.empty() ? to_string(peer) : known->second.nickname;
}

bool known_networks::shares_network(node_id peer) const {
    return std::ranges::any_of(networks_, [&](const auto& network) { return holds(network.members, peer); });
}

std::vector<network_name> known_networks::networks_with(node_id peer) const {
    std::vector<network_name> common;
    for (const auto& network : networks_) {
        if (holds(network.members, peer)) common.push_back(network.name);
    }
    return common;
}

node_event known_networks::peer_news(node_id peer, std::string_view change) const {
    return {"peer", {{"peer", to_string(peer)}, {"nickname", name_of(peer)}, {"change", change}}};
}

node_event known_networks::member_news(node_id peer, const network_name& network, std::string_view change) const {
    auto news = peer_news(peer, change);
    news.data["network"] = network.text();
    return news;
}

}  // namespace buri::core
