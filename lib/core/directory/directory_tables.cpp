#include "buri/core/directory/directory_tables.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

void insert_sorted(std::vector<std::uint64_t>& into, std::uint64_t value) {
    into.insert(std::ranges::lower_bound(into, value), value);
}

void erase_sorted(std::vector<std::uint64_t>& from, std::uint64_t value) {
    const auto place = std::ranges::lower_bound(from, value);
    if (place != from.end() && *place == value) from.erase(place);
}

}  // namespace

void directory::tables::operator()(const put_account& change) {
    auto& entry = accounts[change.record.id];
    if (entry.record.key_blob != change.record.key_blob) accounts_by_key.erase(to_string(entry.record.key_blob));
    entry.record = change.record;
    accounts_by_key[to_string(change.record.key_blob)] = change.record.id;
}

void directory::tables::operator()(const put_network& change) {
    const auto id = change.record.id;
    auto& entry = networks[id];
    if (entry.record.name != change.record.name) networks_by_name.erase(entry.record.name);
    const auto former = accounts.find(entry.record.owner);
    if (former != accounts.end()) former->second.owned.erase(id);
    entry.record = change.record;
    networks_by_name[change.record.name] = id;
    const auto owner = accounts.find(change.record.owner);
    if (owner != accounts.end()) owner->second.owned.insert(id);
    next_network = std::max(next_network, id + 1);
}

void directory::tables::operator()(const put_member& change) {
    const auto& record = change.record;
    const auto network = networks.find(record.network);
    const auto account = accounts.find(record.node);
    if (network == networks.end() || account == accounts.end()) return;
    auto& entry = network->second;
    const auto [place, is_new] = entry.records.try_emplace(record.node, record);
    auto& kept = place->second;
    if (!is_new && kept.is_waiting == record.is_waiting && kept.joined == record.joined && kept.name == record.name) {
        kept = record;
        return;
    }
    if (!is_new) unlist(entry, kept);
    kept = record;
    list(entry, account->second, kept);
}

void directory::tables::list(network_entry& network, account_entry& account, const member_record& record) {
    auto& nodes = record.is_waiting ? network.waiting : network.members;
    const auto joined = [&](node_id node) { return network.records.at(node).joined; };
    nodes.insert(std::ranges::upper_bound(nodes, record.joined, {}, joined), record.node);
    network.names[folded(record.name)] = record.node;
    insert_sorted(record.is_waiting ? account.awaited : account.networks, record.network);
}

void directory::tables::unlist(network_entry& network, const member_record& record) {
    std::erase(record.is_waiting ? network.waiting : network.members, record.node);
    const auto name = network.names.find(folded(record.name));
    if (name != network.names.end() && name->second == record.node) network.names.erase(name);
    const auto account = accounts.find(record.node);
    if (account == accounts.end()) return;
    erase_sorted(record.is_waiting ? account->second.awaited : account->second.networks, record.network);
}

void directory::tables::operator()(const put_ban& change) {
    const auto& record = change.record;
    const auto network = networks.find(record.network);
    if (network == networks.end()) return;
    auto& bans = network->second.bans;
    const auto place = std::ranges::find(bans, record.key_digest, &ban_record::key_digest);
    if (place == bans.end()) {
        bans.push_back(record);
    } else {
        const auto former = std::exchange(*place, record);
        forget_ban(network->second, former);
    }
    bans_by_key.emplace(record.key_digest, record.network);
    if (record.node) bans_by_node.emplace(record.node, record.network);
}

void directory::tables::forget_ban(const network_entry& network, const ban_record& ban) {
    if (std::ranges::find(network.bans, ban.key_digest, &ban_record::key_digest) == network.bans.end()) {
        bans_by_key.erase({ban.key_digest, ban.network});
    }
    if (std::ranges::find(network.bans, ban.node, &ban_record::node) == network.bans.end()) {
        bans_by_node.erase({ban.node, ban.network});
    }
}

void directory::tables::operator()(const put_invite& change) {
    const auto& record = change.record;
    next_invite = std::max(next_invite, record.id + 1);
    (*this)(erase_invite{record.id});
    const auto network = networks.find(record.network);
    if (network == networks.end()) return;
    network->second.invites.insert(record.id);
    invites_by_digest[record.token_digest] = record.id;
    invites.emplace(record.id, record);
}

void directory::tables::operator()(const put_announcement& change) {
    const auto& record = change.record;
    next_announcement = std::max(next_announcement, record.id + 1);
    const auto network = networks.find(record.network);
    if (network == networks.end() || !announced_in.emplace(record.id, record.network).second) return;
    auto& all = network->second.announcements;
    all.insert(std::ranges::upper_bound(all, record.id, {}, &announcement_record::id), record);
}

void directory::tables::operator()(const put_licence& change) {
    licences[change.record.id] = change.record;
}

void directory::tables::operator()(const put_relay& change) {
    relays[change.record.id] = change.record;
    next_relay = std::max<std::uint64_t>(next_relay, std::uint64_t{change.record.id} + 1);
}

void directory::tables::operator()(const put_audit& change) {
    next_audit = std::max(next_audit, change.record.id + 1);
}

void directory::tables::operator()(const erase_account& change) {
    const auto found = accounts.find(change.id);
    if (found == accounts.end()) return;
    accounts_by_key.erase(to_string(found->second.record.key_blob));
    accounts.erase(found);
}

void directory::tables::operator()(const erase_network& change) {
    const auto found = networks.find(change.id);
    if (found == networks.end()) return;
    const auto entry = std::move(found->second);
    networks_by_name.erase(entry.record.name);
    networks.erase(found);
    const auto owner = accounts.find(entry.record.owner);
    if (owner != accounts.end()) owner->second.owned.erase(change.id);
    for (const auto& [node, record] : entry.records) {
        const auto account = accounts.find(node);
        if (account != accounts.end()) {
            erase_sorted(record.is_waiting ? account->second.awaited : account->second.networks, change.id);
        }
    }
    for (const auto& ban : entry.bans) {
        bans_by_key.erase({ban.key_digest, change.id});
        bans_by_node.erase({ban.node, change.id});
    }
    for (const auto id : entry.invites) {
        invites_by_digest.erase(invites.at(id).token_digest);
        invites.erase(id);
    }
    for (const auto& announcement : entry.announcements)
        announced_in.erase(announcement.id);
}

void directory::tables::operator()(const erase_member& change) {
    const auto network = networks.find(change.network);
    if (network == networks.end()) return;
    const auto found = network->second.records.find(change.node);
    if (found == network->second.records.end()) return;
    unlist(network->second, found->second);
    network->second.records.erase(found);
}

void directory::tables::operator()(const erase_ban& change) {
    const auto network = networks.find(change.network);
    if (network == networks.end()) return;
    auto& bans = network->second.bans;
    const auto place = std::ranges::find(bans, change.key_digest, &ban_record::key_digest);
    if (place == bans.end()) return;
    const auto former = std::move(*place);
    bans.erase(place);
    forget_ban(network->second, former);
}

void directory::tables::operator()(const erase_invite& change) {
    const auto found = invites.find(change.id);
    if (found == invites.end()) return;
    const auto network = networks.find(found->second.network);
    if (network != networks.end()) network->second.invites.erase(change.id);
    invites_by_digest.erase(found->second.token_digest);
    invites.erase(found);
}

void directory::tables::operator()(const erase_announcement& change) {
    const auto place = announced_in.find(change.id);
    if (place == announced_in.end()) return;
    auto& all = networks.at(place->second).announcements;
    const auto found = std::ranges::lower_bound(all, change.id, {}, &announcement_record::id);
    if (found != all.end() && found->id == change.id) all.erase(found);
    announced_in.erase(place);
}

void directory::tables::operator()(const erase_relay& change) {
    relays.erase(change.id);
}

}  // namespace buri::core
