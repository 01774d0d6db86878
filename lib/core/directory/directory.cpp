#include "buri/core/directory/directory_tables.hpp"

#include <algorithm>
#include <iterator>

namespace buri::core {
namespace {

template <typename Map, typename Key>
const typename Map::mapped_type* find_in(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found != map.end() ? &found->second : nullptr;
}

/// The records of a table, sorted by id.
template <typename Record, typename Map>
std::vector<const Record*> sorted_records(const Map& map) {
    std::vector<const Record*> out;
    out.reserve(map.size());
    for (const auto& [id, entry] : map)
        out.push_back(&entry.record);
    std::ranges::sort(out, {}, [](const Record* record) { return record->id; });
    return out;
}

}  // namespace

std::string folded(std::string_view name) {
    std::string out(name);
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

directory::directory(directory_records records) : tables_(std::make_unique<tables>()) {
    auto& into = *tables_;
    into.next_network = records.next_network;
    into.next_invite = records.next_invite;
    into.next_announcement = records.next_announcement;
    into.next_audit = records.next_audit;
    into.next_relay = records.next_relay;
    for (auto& account : records.accounts)
        into(put_account{std::move(account)});
    for (auto& network : records.networks)
        into(put_network{std::move(network)});
    std::ranges::stable_sort(records.members, {}, &member_record::joined);
    for (auto& member : records.members)
        into(put_member{std::move(member)});
    for (auto& ban : records.bans)
        into(put_ban{std::move(ban)});
    for (auto& invite : records.invites)
        into(put_invite{std::move(invite)});
    for (auto& announcement : records.announcements)
        into(put_announcement{std::move(announcement)});
    for (auto& licence : records.licences)
        into(put_licence{std::move(licence)});
    for (auto& relay : records.relays)
        into(put_relay{std::move(relay)});
}

directory::~directory() = default;
directory::directory(directory&&) noexcept = default;
directory& directory::operator=(directory&&) noexcept = default;

void directory::apply(const record_change& change) {
    for (const auto& operation : change)
        std::visit(*tables_, operation);
}

const account_record* directory::account(node_id id) const {
    const auto* const found = find_in(tables_->accounts, id);
    return found != nullptr ? &found->record : nullptr;
}

const account_record* directory::account_by_key(byte_view key_blob) const {
    const auto* const id = find_in(tables_->accounts_by_key, to_string(key_blob));
    return id != nullptr ? account(*id) : nullptr;
}

const network_record* directory::network(const network_name& name) const {
    const auto* const id = find_in(tables_->networks_by_name, name);
    return id != nullptr ? network(*id) : nullptr;
}

const network_record* directory::network(std::uint64_t id) const {
    const auto* const found = find_in(tables_->networks, id);
    return found != nullptr ? &found->record : nullptr;
}

std::span<const node_id> directory::members(std::uint64_t network) const {
    const auto* const found = find_in(tables_->networks, network);
    if (found == nullptr) return {};
    return found->members;
}

std::span<const node_id> directory::waiting(std::uint64_t network) const {
    const auto* const found = find_in(tables_->networks, network);
    if (found == nullptr) return {};
    return found->waiting;
}

const member_record* directory::member(std::uint64_t network, node_id node) const {
    const auto* const found = find_in(tables_->networks, network);
    return found != nullptr ? find_in(found->records, node) : nullptr;
}

bool directory::is_member(std::uint64_t network, node_id node) const {
    const auto* const found = member(network, node);
    return found != nullptr && !found->is_waiting;
}

std::span<const std::uint64_t> directory::networks_of(node_id node) const {
    const auto* const found = find_in(tables_->accounts, node);
    if (found == nullptr) return {};
    return found->networks;
}

std::span<const std::uint64_t> directory::awaited_by(node_id node) const {
    const auto* const found = find_in(tables_->accounts, node);
    if (found == nullptr) return {};
    return found->awaited;
}

std::vector<std::uint64_t> directory::owned_by(node_id node) const {
    const auto* const found = find_in(tables_->accounts, node);
    if (found == nullptr) return {};
    return {found->owned.begin(), found->owned.end()};
}

bool directory::is_name_taken(std::uint64_t network, std::string_view name, node_id by_other_than) const {
    const auto* const found = find_in(tables_->networks, network);
    const auto* const node = found != nullptr ? find_in(found->names, folded(name)) : nullptr;
    return node != nullptr && *node != by_other_than;
}

std::span<const ban_record> directory::bans(std::uint64_t network) const {
    const auto* const found = find_in(tables_->networks, network);
    if (found == nullptr) return {};
    return found->bans;
}

const ban_record* directory::ban_of(std::uint64_t network, node_id node, byte_view key_digest, wall_time today) const {
    const auto bars = [&](const ban_record& ban) {
        return (!ban.until || today < *ban.until) &&
               ((ban.node && ban.node == node) || std::ranges::equal(ban.key_digest, key_digest));
    };
    const auto all = bans(network);
    const auto found = std::ranges::find_if(all, bars);
    return found != all.end() ? &*found : nullptr;
}

std::vector<const ban_record*> directory::bans_against(node_id node, byte_view key_digest) const {
    const bytes digest(key_digest.begin(), key_digest.end());
    std::set<std::uint64_t> networks;
    const auto& by_node = tables_->bans_by_node;
    for (auto at = by_node.lower_bound({node, 0}); at != by_node.end() && at->first == node; ++at)
        networks.insert(at->second);
    const auto& by_key = tables_->bans_by_key;
    for (auto at = by_key.lower_bound({digest, 0}); at != by_key.end() && at->first == digest; ++at)
        networks.insert(at->second);
    std::vector<const ban_record*> out;
    for (const auto network : networks) {
        for (const auto& ban : bans(network)) {
            if ((ban.node && ban.node == node) || ban.key_digest == digest) out.push_back(&ban);
        }
    }
    return out;
}

std::vector<const invite_record*> directory::invites(std::uint64_t network) const {
    std::vector<const invite_record*> out;
    const auto* const found = find_in(tables_->networks, network);
    if (found == nullptr) return out;
    for (const auto id : found->invites)
        out.push_back(invite(id));
    return out;
}

const invite_record* directory::invite(std::uint64_t id) const {
    return find_in(tables_->invites, id);
}

const invite_record* directory::invite_by_digest(byte_view token_digest) const {
    const auto* const id = find_in(tables_->invites_by_digest, bytes(token_digest.begin(), token_digest.end()));
    return id != nullptr ? invite(*id) : nullptr;
}

std::span<const announcement_record> directory::announcements(std::uint64_t network) const {
    const auto* const found = find_in(tables_->networks, network);
    if (found == nullptr) return {};
    return found->announcements;
}

const licence_record* directory::licence(byte_view id) const {
    return find_in(tables_->licences, bytes(id.begin(), id.end()));
}

std::vector<const licence_record*> directory::licences() const {
    std::vector<const licence_record*> out;
    out.reserve(tables_->licences.size());
    for (const auto& [id, record] : tables_->licences)
        out.push_back(&record);
    std::ranges::stable_sort(out, {}, [](const licence_record* record) { return record->made; });
    return out;
}

const relay_record* directory::relay(std::uint32_t id) const {
    return find_in(tables_->relays, id);
}

const relay_record* directory::relay(std::string_view name) const {
    const auto wanted = folded(name);
    for (const auto& [id, record] : tables_->relays) {
        if (folded(record.name) == wanted) return &record;
    }
    return nullptr;
}

const relay_record* directory::relay_by_digest(byte_view token_digest) const {
    for (const auto& [id, record] : tables_->relays) {
        if (std::ranges::equal(record.token_digest, token_digest)) return &record;
    }
    return nullptr;
}

std::vector<const relay_record*> directory::relays() const {
    std::vector<const relay_record*> out;
    for (const auto& [id, record] : tables_->relays)
        out.push_back(&record);
    return out;
}

std::vector<std::uint64_t> directory::common_networks(node_id a, node_id b) const {
    std::vector<std::uint64_t> common;
    std::ranges::set_intersection(networks_of(a), networks_of(b), std::back_inserter(common));
    return common;
}

std::vector<node_id> directory::peers_of(node_id node) const {
    std::vector<node_id> peers;
    for (const auto network : networks_of(node))
        std::ranges::copy(members(network), std::back_inserter(peers));
    std::ranges::sort(peers);
    peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
    std::erase(peers, node);
    return peers;
}

std::uint64_t directory::next_network() const {
    return tables_->next_network;
}

std::uint64_t directory::next_invite() const {
    return tables_->next_invite;
}

std::uint64_t directory::next_announcement() const {
    return tables_->next_announcement;
}

std::uint64_t directory::next_audit() const {
    return tables_->next_audit;
}

std::uint64_t directory::next_relay() const {
    return tables_->next_relay;
}

std::vector<const account_record*> directory::accounts() const {
    return sorted_records<account_record>(tables_->accounts);
}

std::vector<const network_record*> directory::networks() const {
    return sorted_records<network_record>(tables_->networks);
}

std::size_t directory::account_count() const {
    return tables_->accounts.size();
}

std::size_t directory::network_count() const {
    return tables_->networks.size();
}

}  // namespace buri::core
