#pragma once
// What the mediation server must never forget, as plain records: core/ decides what they become, store/ keeps them.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/privilege.hpp"
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace buri {

struct account_record {
    node_id id;
    std::string nickname;
    bytes key_blob;
    wall_time created;
    std::string plan;                     ///< empty: the server's default
    std::optional<wall_time> plan_until;  ///< from then on the default; none: no end

    bool operator==(const account_record&) const = default;
};

struct network_record {
    std::uint64_t id = 0;  ///< never used again after deletion
    network_name name;
    node_id owner;
    std::string password_hash;  ///< empty: open, nobody needs a password
    wall_time created;
    bool is_locked = false;       ///< nobody new joins
    bool needs_approval = false;  ///< who joins waits
    bool is_unencrypted = false;  ///< asked for; see protocol section 4 for what else it needs
    std::string welcome;          ///< empty: none
    node_id heir;                 ///< to whom the owner offered the network; 0: nobody

    bool operator==(const network_record&) const = default;
};

struct member_record {
    std::uint64_t network = 0;
    node_id node;
    wall_time joined;
    std::string name;                     ///< in this network; unique there without case, waiting ones included
    bool is_waiting = false;              ///< for approval: no member yet
    privilege_set privileges;             ///< an administrator's; may be kept while the plan does not allow them
    bool is_welcomed = false;             ///< the welcome message has arrived, or there was none
    std::uint64_t last_announcement = 0;  ///< the newest that has arrived; those before joining count as arrived

    bool operator==(const member_record&) const = default;
};

/// Bars an identity and a key from a network. A node that changed its key has one for each.
struct ban_record {
    std::uint64_t network = 0;
    node_id node;          ///< 0: the account is gone
    bytes key_digest;      ///< SHA-256 of the key blob
    std::string nickname;  ///< as it was
    std::string reason;    ///< may be empty
    node_id by;            ///< who banned
    wall_time since;
    std::optional<wall_time> until;  ///< from then on it bars no more; none: for ever

    bool operator==(const ban_record&) const = default;
};

struct invite_record {
    std::uint64_t id = 0;  ///< over all networks, never used again
    std::uint64_t network = 0;
    bytes token_digest;  ///< SHA-256 of the token
    node_id by;
    wall_time created;
    std::optional<wall_time> expires;
    std::uint32_t max_uses = 1;  ///< 0: unlimited
    std::uint32_t uses = 0;
    bool is_approved = false;  ///< who joins with it does not wait

    bool operator==(const invite_record&) const = default;
};

struct announcement_record {
    std::uint64_t id = 0;  ///< over all networks, rising
    std::uint64_t network = 0;
    node_id author;
    std::string author_name;
    wall_time at;
    std::string text;

    bool operator==(const announcement_record&) const = default;
};

struct licence_record {
    bytes id;  ///< 16 random bytes
    std::string plan;
    node_id only_for;  ///< 0: whoever installs it first
    std::uint32_t months = 0;
    wall_time made;
    node_id used_by;  ///< 0: not used yet
    std::optional<wall_time> used;

    bool operator==(const licence_record&) const = default;
};

/// A relay of the fleet that runs elsewhere.
struct relay_record {
    std::uint32_t id = 0;  ///< never used again; 1 is the server's own, which has no record
    std::string name;      ///< unique without case
    std::string region;    ///< may be empty
    bytes token_digest;    ///< SHA-256 of the token that it joins with
    wall_time created;

    bool operator==(const relay_record&) const = default;
};

/// The number of the server's own relay.
inline constexpr std::uint32_t own_relay = 1;
inline constexpr std::uint32_t first_relay = 2;
inline constexpr std::string_view own_relay_name = "server";

/// One administrative act. Never changed once written.
struct audit_record {
    std::uint64_t id = 0;  ///< rising
    wall_time at;
    node_id actor;  ///< 0: the operator of the server
    std::string actor_name;
    std::string act;            ///< "lock", "ban", "plan" …
    std::uint64_t network = 0;  ///< 0: about no network
    std::string network_name;
    node_id target;  ///< 0: nobody
    std::string target_name;
    std::string before;
    std::string after;
    std::string result;  ///< "ok", or the name of the error that refused it

    bool operator==(const audit_record&) const = default;
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
struct put_ban {
    ban_record record;
};  ///< insert, or replace by (network, key_digest)
struct put_invite {
    invite_record record;
};  ///< insert, or replace by id
struct put_announcement {
    announcement_record record;
};  ///< insert
struct put_licence {
    licence_record record;
};  ///< insert, or replace by id
struct put_relay {
    relay_record record;
};  ///< insert, or replace by id
struct put_audit {
    audit_record record;
};  ///< insert
struct erase_account {
    node_id id;
};  ///< only once it is in no network
struct erase_network {
    std::uint64_t id = 0;
};  ///< with its members, bans, invites and announcements
struct erase_member {
    std::uint64_t network = 0;
    node_id node;
};
struct erase_ban {
    std::uint64_t network = 0;
    bytes key_digest;
};
struct erase_invite {
    std::uint64_t id = 0;
};
struct erase_announcement {
    std::uint64_t id = 0;
};
struct erase_relay {
    std::uint32_t id = 0;
};

using record_operation = std::variant<put_account, put_network, put_member, put_ban, put_invite, put_announcement,
                                      put_licence, put_relay, put_audit, erase_account, erase_network, erase_member,
                                      erase_ban, erase_invite, erase_announcement, erase_relay>;

/// Operations that become durable together or not at all.
using record_change = std::vector<record_operation>;

/// Everything in the database but the audit log, as read at start. The next ids are kept, so that deletion never frees one.
struct directory_records {
    std::vector<account_record> accounts;
    std::vector<network_record> networks;
    std::vector<member_record> members;
    std::vector<ban_record> bans;
    std::vector<invite_record> invites;
    std::vector<announcement_record> announcements;
    std::vector<licence_record> licences;
    std::vector<relay_record> relays;
    std::uint64_t next_network = 1;
    std::uint64_t next_invite = 1;
    std::uint64_t next_announcement = 1;
    std::uint64_t next_audit = 1;
    std::uint64_t next_relay = first_relay;
};

}  // namespace buri
