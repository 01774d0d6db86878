#pragma once
// Private to the directory: its records and the indexes over them. One call operator for each operation of a change; what an operation
// costs depends on what it touches, never on how many accounts or networks there are.
#include "buri/core/directory/directory.hpp"

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace buri::core {

struct directory::tables {
    struct account_entry {
        account_record record;
        std::vector<std::uint64_t> networks;  ///< sorted
        std::vector<std::uint64_t> awaited;   ///< sorted
        std::set<std::uint64_t> owned;
    };

    struct network_entry {
        network_record record;
        std::unordered_map<node_id, member_record> records;  ///< of members and of those that wait
        std::vector<node_id> members;                        ///< by time of joining
        std::vector<node_id> waiting;                        ///< by time of asking
        std::unordered_map<std::string, node_id> names;      ///< lower case
        std::vector<ban_record> bans;
        std::set<std::uint64_t> invites;
        std::vector<announcement_record> announcements;  ///< by id
    };

    std::unordered_map<node_id, account_entry> accounts;
    std::unordered_map<std::string, node_id> accounts_by_key;
    std::unordered_map<std::uint64_t, network_entry> networks;
    std::unordered_map<network_name, std::uint64_t> networks_by_name;
    std::set<std::pair<node_id, std::uint64_t>> bans_by_node;  ///< without accounts that are gone
    std::set<std::pair<bytes, std::uint64_t>> bans_by_key;
    std::unordered_map<std::uint64_t, invite_record> invites;
    std::map<bytes, std::uint64_t> invites_by_digest;
    std::unordered_map<std::uint64_t, std::uint64_t> announced_in;  ///< the network of an announcement
    std::map<bytes, licence_record> licences;
    std::map<std::uint32_t, relay_record> relays;
    std::uint64_t next_network = 1;
    std::uint64_t next_invite = 1;
    std::uint64_t next_announcement = 1;
    std::uint64_t next_audit = 1;
    std::uint64_t next_relay = first_relay;

    void operator()(const put_account& change);
    void operator()(const put_network& change);
    void operator()(const put_member& change);
    void operator()(const put_ban& change);
    void operator()(const put_invite& change);
    void operator()(const put_announcement& change);
    void operator()(const put_licence& change);
    void operator()(const put_relay& change);
    void operator()(const put_audit& change);
    void operator()(const erase_account& change);
    void operator()(const erase_network& change);
    void operator()(const erase_member& change);
    void operator()(const erase_ban& change);
    void operator()(const erase_invite& change);
    void operator()(const erase_announcement& change);
    void operator()(const erase_relay& change);

private:
    void list(network_entry& network, account_entry& account, const member_record& record);
    void unlist(network_entry& network, const member_record& record);
    /// Once the network's list holds the ban no more.
    void forget_ban(const network_entry& network, const ban_record& ban);
};

}  // namespace buri::core
