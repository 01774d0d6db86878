#pragma once
// Who may do what: the rules of accounts and networks. A rule reads the directory and says what would have to become durable; it
// changes nothing itself. An empty change is success too: what was asked for is so already. Every change carries its audit record.
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/core/directory/directory.hpp"
#include "buri/core/directory/licence.hpp"
#include "buri/core/directory/plan_table.hpp"
#include "buri/wire/messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace buri::core {

/// What hashing found out; scrypt takes tens of milliseconds, so it happens before a rule is asked.
struct password_outcome {
    std::string hash;     ///< made, or compared with
    bool matches = true;  ///< false: it was compared, and is another one
};

struct password_work {
    std::string password;
    std::string against;  ///< a hash to compare with; empty: make a new hash
};

struct rule_input {
    const directory& records;
    const plan_table& plans;
    const licence_issuer& licences;
    wall_time today;
    random_source& random;
    std::optional<password_outcome> password{};
};

/// What has to be hashed before `wish` can be decided; nothing if it needs none, has it already in `input`, or has the same answer
/// whatever the password is. The hash of the network may have changed since: ask again with the outcome.
std::optional<password_work> work_for(const rule_input& input, node_id actor, const wire::request& wish);

// ---- making an account (registration.cpp) ----
struct registration {
    node_id id;
    record_change change;  ///< empty: the key has this account already
};
/// An account for a key. A nickname that is none is made into one. errc::pool_exhausted.
result<registration> register_account(const directory& records, const ip_prefix& pool, byte_view key_blob,
                                      std::string_view nickname, wall_time today, random_source& random);

// ---- memberships (membership_rules.cpp) ----
result<record_change> decide(const rule_input& input, node_id actor, const wire::create_network& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::join_network& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::leave_network& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::delete_network& wish);

// ---- access (access_rules.cpp, admission_rules.cpp, ban_rules.cpp) ----
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_access& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::approve_member& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::reject_member& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::evict_member& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::ban_node& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::unban_node& wish);

// ---- administrators and owners (administrator_rules.cpp) ----
result<record_change> decide(const rule_input& input, node_id actor, const wire::grant_privileges& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::revoke_privileges& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::offer_transfer& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::answer_transfer& wish);

// ---- messages and invites (message_rules.cpp, invite_rules.cpp) ----
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_welcome& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::make_announcement& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::confirm_messages& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::make_invite& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::revoke_invite& wish);

// ---- accounts (account_rules.cpp, licence_rules.cpp) ----
result<record_change> decide(const rule_input& input, node_id actor, const wire::set_nickname& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::install_licence& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::rotate_key& wish);
result<record_change> decide(const rule_input& input, node_id actor, const wire::delete_account& wish);

// ---- questions: who may read, and what they read (queries.cpp) ----
result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_bans& wish);
result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_messages& wish);
result<wire::answer> answer(const rule_input& input, node_id actor, const wire::list_invites& wish);
/// The network whose log the actor may read: the owner only.
result<std::uint64_t> readable_log(const rule_input& input, node_id actor, const wire::read_log& wish);

// ---- the operator of the server (operator_rules.cpp) ----
struct set_plan {
    node_id node;
    std::string plan;  ///< empty: the default
    std::optional<wall_time> until;
};
struct remove_account {
    node_id node;
    bool with_networks = false;  ///< else errc::owns_networks if it owns any
};
struct remove_network {
    network_name network;
};
struct keep_licences {
    std::vector<licence_record> made;
};
struct add_relay {
    std::string name;
    std::string region;  ///< may be empty
    bytes token_digest;
};
struct remove_relay {
    std::string name;
};
using operator_wish = std::variant<set_plan, remove_account, remove_network, keep_licences, add_relay, remove_relay>;
result<record_change> decide(const rule_input& input, const operator_wish& wish);

/// Whether somebody can do all that a privilege is for: the owner, or an administrator who has it and whose plan, as the owner's,
/// includes administrators.
bool has_privilege(const rule_input& input, const network_record& network, node_id actor, privilege wanted);

/// The audit record of an administrative act that was refused; nothing for what is no such act, and for actors who are not members: a
/// stranger must not be able to fill the log.
std::optional<audit_record> refusal_record(const rule_input& input, node_id actor, const wire::request& wish, errc why);

}  // namespace buri::core
