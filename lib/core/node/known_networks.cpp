#include "buri/core/node/known_networks.hpp"

#include "buri/core/node/documents.hpp"

#include <algorithm>

namespace buri::core {

namespace {

using events = known_networks::events;
using members_by_id = std::map<node_id, const wire::member_info*>;

void append(events& to, events from) {
    std::ranges::move(from, std::back_inserter(to));
}

const network_name& name_of_network(const wire::network_info& info) {
    return info.settings.network;
}

node_event network_news(const wire::network_settings& settings, std::string_view change) {
    return {"network",
            {{"network", settings.network.text()}, {"owner", address_json(settings.owner)}, {"change", change}}};
}

events compare_settings(const wire::network_settings& earlier, const wire::network_settings& now) {
    const auto before = settings_json(earlier);
    const auto after = settings_json(now);
    auto news = network_news(now, "changed");
    bool changed = false;
    for (const auto& [field, value] : after.items()) {
        if (before.at(field) == value) continue;
        news.data[field] = value;
        changed = true;
    }
    if (!changed) return {};
    return {std::move(news)};
}

members_by_id index_of(const std::vector<wire::member_info>& members) {
    members_by_id found;
    for (const auto& member : members)
        found.emplace(member.id, &member);
    return found;
}

}  // namespace

// ---- everything ---------------------------------------------------------------------------------------------------

result<events> known_networks::on_sync(const wire::sync& all) {
    const auto pool = parse_ip_prefix(all.pool);
    const auto ula = parse_ip_prefix(all.ula);
    if (!pool || !ula) return fail(errc::malformed, "the server's sync has a bad prefix");
    self_ = all.id;
    nickname_ = all.nickname;
    pool_ = *pool;
    ula_ = *ula;
    auto news = on_plan(all.plan);
    for (const auto& peer : all.peers)
        append(news, on_peer(peer));
    std::set<network_name> present;
    for (const auto& network : all.networks) {
        present.insert(name_of_network(network));
        append(news, on_network(network));
    }
    const auto earlier = networks_;
    for (const auto& network : earlier) {
        if (!present.contains(name_of_network(network))) append(news, on_gone({name_of_network(network), "left", {}}));
    }
    std::set<node_id> told;
    for (const auto& peer : all.peers)
        told.insert(peer.id);
    std::erase_if(peers_, [&](const auto& known) { return !told.contains(known.first); });
    if (std::exchange(synchronised_, true)) return news;
    return events{};
}

events known_networks::on_plan(const wire::plan_info& plan) {
    if (plan == plan_) return {};
    plan_ = plan;
    return {{"plan", {{"name", plan.name}, {"until", time_json(plan.until)}}}};
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
    if (!is_new && earlier.fingerprint != info.fingerprint) {
        news.push_back(peer_news(info.id, "key"));
        news.back().data["fingerprint"] = info.fingerprint;
        news.back().data["was"] = earlier.fingerprint;
    }
    if (earlier.online != info.online) news.push_back(peer_news(info.id, info.online ? "online" : "offline"));
    return news;
}

// ---- networks -----------------------------------------------------------------------------------------------------

void known_networks::tidy(wire::network_info& info) const {
    if (info.waiting) {
        info.settings.owner.reset();
        info.settings.latest.reset();
        info.members.clear();
        info.applicants.clear();
    }
    std::set<node_id> seen;
    std::erase_if(info.members, [&](const auto& member) { return !seen.insert(member.id).second; });
    std::erase_if(info.applicants, [&](const auto& who) { return !seen.insert(who.id).second; });
}

events known_networks::on_network(wire::network_info info) {
    tidy(info);
    auto* known = find_network(name_of_network(info));
    if (known == nullptr) {
        networks_.push_back(std::move(info));
        const auto& added = networks_.back();
        for (const auto& member : added.members)
            add_shared(added, member.id);
        return {network_news(added.settings, added.waiting ? "waiting" : "joined")};
    }
    const auto earlier = std::exchange(*known, std::move(info));
    auto difference = compare_members(earlier, *known);
    if (earlier.waiting != known->waiting)
        return {network_news(known->settings, known->waiting ? "waiting" : "joined")};
    auto news = compare_settings(earlier.settings, known->settings);
    append(news, std::move(difference));
    return news;
}

events known_networks::on_settings(wire::network_settings settings) {
    auto* known = find_network(settings.network);
    if (known == nullptr) return {};
    const auto earlier = std::exchange(known->settings, std::move(settings));
    tidy(*known);
    return compare_settings(earlier, known->settings);
}

events known_networks::on_gone(const wire::network_gone& what) {
    const auto* network = find_network(what.network);
    if (network == nullptr) return {};
    const auto gone = *network;
    std::erase_if(networks_, [&](const auto& each) { return name_of_network(each) == what.network; });
    for (const auto& member : gone.members)
        remove_shared(name_of_network(gone), member.id);
    return {{"left", {{"network", name_of_network(gone).text()}, {"reason", what.reason}, {"text", what.text}}}};
}

void known_networks::on_announcement(const wire::announcement_event& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr) return;
    auto& latest = network->settings.latest;
    if (!latest || latest->id < what.message.id) latest = what.message;
}

// ---- members ------------------------------------------------------------------------------------------------------

events known_networks::compare_members(const wire::network_info& earlier, const wire::network_info& now) {
    const auto before = index_of(earlier.members);
    const auto after = index_of(now.members);
    const auto& network = name_of_network(now);
    events news;
    for (const auto& member : now.members) {
        const auto was = before.find(member.id);
        if (was != before.end()) {
            append(news, compare_member(network, *was->second, member));
            continue;
        }
        add_shared(now, member.id);
        if (member.id != self_) news.push_back(member_news(member, network, "joined"));
    }
    for (const auto& member : earlier.members) {
        if (after.contains(member.id)) continue;
        if (member.id != self_) {
            news.push_back(member_news(member, network, "left"));
            news.back().data["reason"] = "left";
        }
        remove_shared(network, member.id);
    }
    return news;
}

events known_networks::compare_member(const network_name& network, const wire::member_info& earlier,
                                      const wire::member_info& now) const {
    events news;
    const auto add = [&](std::string_view change) -> wire::json& {
        news.push_back(member_news(now, network, change));
        return news.back().data;
    };
    if (earlier.name != now.name) add("name")["was"] = earlier.name;
    if (earlier.can != now.can) add("privileges")["can"] = privileges_json(now.can);
    return news;
}

events known_networks::on_joined(const wire::member_joined& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr ||
        std::ranges::find(network->members, what.member.id, &wire::member_info::id) != network->members.end()) {
        return {};
    }
    std::erase_if(network->applicants, [&](const auto& who) { return who.id == what.member.id; });
    network->members.push_back(what.member);
    add_shared(*network, what.member.id);
    if (what.member.id == self_) return {};
    return {member_news(what.member, name_of_network(*network), "joined")};
}

events known_networks::on_member(const wire::member_changed& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr) return {};
    const auto known = std::ranges::find(network->members, what.member.id, &wire::member_info::id);
    if (known == network->members.end()) return {};
    const auto earlier = std::exchange(*known, what.member);
    return compare_member(name_of_network(*network), earlier, what.member);
}

events known_networks::on_left(const wire::member_left& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr || what.member == self_) return {};
    const auto known = std::ranges::find(network->members, what.member, &wire::member_info::id);
    if (known == network->members.end()) return {};
    auto news = member_news(*known, name_of_network(*network), "left");
    news.data["reason"] = what.reason;
    network->members.erase(known);
    remove_shared(name_of_network(*network), what.member);
    return {std::move(news)};
}

events known_networks::on_requested(const wire::member_requested& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr ||
        std::ranges::find(network->members, what.who.id, &wire::member_info::id) != network->members.end()) {
        return {};
    }
    const auto known = std::ranges::find(network->applicants, what.who.id, &wire::applicant::id);
    if (known != network->applicants.end()) {
        *known = what.who;
        return {};
    }
    network->applicants.push_back(what.who);
    return {{"requested",
             {{"network", name_of_network(*network).text()},
              {"peer", to_string(what.who.id)},
              {"name", what.who.name},
              {"fingerprint", what.who.fingerprint}}}};
}

events known_networks::on_request_gone(const wire::request_gone& what) {
    auto* network = find_joined(what.network);
    if (network == nullptr) return {};
    const auto known = std::ranges::find(network->applicants, what.member, &wire::applicant::id);
    if (known == network->applicants.end()) return {};
    node_event news{"request_gone",
                    {{"network", name_of_network(*network).text()},
                     {"peer", to_string(what.member)},
                     {"name", known->name},
                     {"reason", what.reason}}};
    network->applicants.erase(known);
    return {std::move(news)};
}

// ---- who shares what ----------------------------------------------------------------------------------------------

void known_networks::add_shared(const wire::network_info& network, node_id member) {
    if (member != self_) shared_[member].insert(name_of_network(network));
}

void known_networks::remove_shared(const network_name& network, node_id member) {
    const auto found = shared_.find(member);
    if (found == shared_.end()) return;
    found->second.erase(network);
    if (!found->second.empty()) return;
    shared_.erase(found);
    peers_.erase(member);
}

wire::network_info* known_networks::find_network(const network_name& name) {
    const auto found = std::ranges::find(networks_, name, name_of_network);
    return found == networks_.end() ? nullptr : &*found;
}

const wire::network_info* known_networks::find_network(const network_name& name) const {
    const auto found = std::ranges::find(networks_, name, name_of_network);
    return found == networks_.end() ? nullptr : &*found;
}

wire::network_info* known_networks::find_joined(const network_name& name) {
    auto* const found = find_network(name);
    return found == nullptr || found->waiting ? nullptr : found;
}

bool known_networks::is_member_of(const network_name& name) const {
    const auto* const found = find_network(name);
    return found != nullptr && !found->waiting;
}

std::string known_networks::name_of(node_id peer) const {
    if (peer == self_ && !nickname_.empty()) return nickname_;
    const auto known = peers_.find(peer);
    return known == peers_.end() || known->second.nickname.empty() ? to_string(peer) : known->second.nickname;
}

std::vector<network_name> known_networks::networks_with(node_id peer) const {
    const auto found = shared_.find(peer);
    if (found == shared_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

node_event known_networks::peer_news(node_id peer, std::string_view change) const {
    return {"peer", {{"peer", to_string(peer)}, {"nickname", name_of(peer)}, {"change", change}}};
}

node_event known_networks::member_news(const wire::member_info& member, const network_name& network,
                                       std::string_view change) const {
    auto news = peer_news(member.id, change);
    news.data["network"] = network.text();
    news.data["name"] = member.name;
    return news;
}

}  // namespace buri::core
