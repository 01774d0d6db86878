#pragma once
// What the mediation server must never forget, as plain records: core/ decides what they become, store/ keeps them.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace buri {

struct account_record {
    node_id id;
    std::string nickname;
    bytes key_blob;
    wall_time created;

    bool operator==(const account_record&) const = default;
};

struct network_record {
    std::uint64_t id = 0;  ///< never used again after deletion
    network_name name;
    node_id owner;
    std::string password_hash;  ///< empty: open, nobody needs a password
    wall_time created;

    bool operator==(const network_record&) const = default;
};

struct member_record {
    std::uint64_t network = 0;
    node_id node;
    wall_time joined;

    bool operator==(const member_record&) const = default;
};

struct put_account {
    account_record record;
};  ///< insert, or replace by id
struct put_network {
    network_record record;
};  ///< insert, or replace by id
struct put_member {
    member_record record;
};  ///< insert, or replace by (network, node)
struct erase_account {
    node_id id;
};  ///< only once it is in no network
struct erase_network {
    std::uint64_t id = 0;
};  ///< with its members
struct erase_member {
    std::uint64_t network = 0;
    node_id node;
};

using record_operation = std::variant<put_account, put_network, put_member, erase_account, erase_network, erase_member>;

/// Operations that become durable together or not at all.
using record_change = std::vector<record_operation>;

/// Everything in the database, as read at start.
struct directory_records {
    std::vector<account_record> accounts;
    std::vector<network_record> networks;
    std::vector<member_record> members;
    std::uint64_t next_network = 1;  ///< the id that the next new network gets; kept, so that deletion never frees one
};

}  // namespace buri
