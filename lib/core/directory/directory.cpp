#include "buri/core/directory/directory.hpp"

#include <algorithm>
#include <iterator>

namespace buri::core {
namespace {

struct network_entry {
    network_record record;
    std::vector<node_id> members;
};

struct account_entry {
    account_record record;
    std::vector<std::uint64_t> networks;  ///< sorted
};

}  // namespace

struct directory::tables {
    std::unordered_map<node_id, account_entry> accounts;
    std::unordered_map<std::string, node_id> accounts_by_key;
    std::unordered_map<std::uint64_t, network_entry> networks;
    std::unordered_map<network_name, std::uint64_t> networks_by_name;
    std::uint64_t next_network = 1;

    void operator()(const put_account& change) {
        auto& entry = accounts[change.record.id];
        if (entry.record.key_blob != change.record.key_blob) accounts_by_key.erase(to_string(entry.record.key_blob));
        entry.record = change.record;
        accounts_by_key[to_string(change.record.key_blob)] = change.record.id;
    }

    void operator()(const put_network& change) {
        auto& entry = networks[change.record.id];
        if (entry.record.name != change.record.name) networks_by_name.erase(entry.record.name);
        entry.record = change.record;
        networks_by_name[change.record.name] = change.record.id;
        next_network = std::max(next_network, change.record.id + 1);
    }

    void operator()(const put_member& change) {
        const auto network = networks.find(change.record.network);
        const auto account = accounts.find(change.record.node);
        if (network == networks.end() || account == accounts.end()) return;
        auto& joined = account->second.networks;
        const auto place = std::ranges::lower_bound(joined, change.record.network);
        if (place != joined.end() && *place == change.record.network) return;
        joined.insert(place, change.record.network);
        network->second.members.push_back(change.record.node);
    }

    void operator()(const erase_account& change) {
        const auto found = accounts.find(change.id);
        if (found == accounts.end()) return;
        accounts_by_key.erase(to_string(found->second.record.key_blob));
        accounts.erase(found);
    }

    void operator()(const erase_network& change) {
        const auto found = networks.find(change.id);
        if (found == networks.end()) return;
        for (const auto member : found->second.members)
            forget_network(member, change.id);
        networks_by_name.erase(found->second.record.name);
        networks.erase(found);
    }

    void operator()(const erase_member& change) {
        const auto found = networks.find(change.network);
        if (found == networks.end()) return;
        std::erase(found->second.members, change.node);
        forget_network(change.node, change.network);
    }

    void forget_network(node_id node, std::uint64_t network) {
        const auto found = accounts.find(node);
        if (found != accounts.end()) std::erase(found->second.networks, network);
    }
};

directory::directory(directory_records records) : tables_(std::make_unique<tables>()) {
    auto& into = *tables_;
    into.next_network = records.next_network;
    for (auto& account : records.accounts)
        into(put_account{std::move(account)});
    for (auto& network : records.networks)
        into(put_network{std::move(network)});
    std::ranges::stable_sort(records.members, {}, &member_record::joined);
    for (const auto& member : records.members)
        into(put_member{member});
}

directory::~directory() = default;
directory::directory(directory&&) noexcept = default;
directory& directory::operator=(directory&&) noexcept = default;

void directory::apply(const record_change& change) {
    for (const auto& operation : change)
        std::visit(*tables_, operation);
}

const account_record* directory::account(node_id id) const {
    const auto found = tables_->accounts.find(id);
    return found != tables_->accounts.end() ? &found->second.record : nullptr;
}

std::uint64_t directory::next_network() const {
    return tables_->next_network;
}

const account_record* directory::account_by_key(byte_view key_blob) const {
    const auto found = tables_->accounts_by_key.find(to_string(key_blob));
    return found != tables_->accounts_by_key.end() ? account(found->second) : nullptr;
}

const network_record* directory::network(const network_name& name) const {
    const auto found = tables_->networks_by_name.find(name);
    return found != tables_->networks_by_name.end() ? network(found->second) : nullptr;
}

const network_record* directory::network(std::uint64_t id) const {
    const auto found = tables_->networks.find(id);
    return found != tables_->networks.end() ? &found->second.record : nullptr;
}

std::span<const node_id> directory::members(std::uint64_t network) const {
    const auto found = tables_->networks.find(network);
    if (found == tables_->networks.end()) return {};
    return found->second.members;
}

std::span<const std::uint64_t> directory::networks_of(node_id node) const {
    const auto found = tables_->accounts.find(node);
    if (found == tables_->accounts.end()) return {};
    return found->second.networks;
}

bool directory::is_member(std::uint64_t network, node_id node) const {
    return std::ranges::binary_search(networks_of(node), network);
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
    const auto repeated = std::ranges::unique(peers);
    peers.erase(repeated.begin(), repeated.end());
    std::erase(peers, node);
    return peers;
}

std::size_t directory::account_count() const {
    return tables_->accounts.size();
}

std::size_t directory::network_count() const {
    return tables_->networks.size();
}

}  // namespace buri::core
