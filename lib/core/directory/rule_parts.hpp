#pragma once
// Private to the rules: what they share. Finding the network and the actor's part in it, refusing with a sentence, and writing the audit
// record.
#include "buri/core/directory/rules.hpp"

#include <string>
#include <string_view>

namespace buri::core {

inline constexpr std::size_t max_bans =
    1'000;  ///< of a network; what ended is not counted, and a list of them is one message
inline constexpr std::string_view no_such_network =
    "there is no network of this name on the server; check the spelling";
inline constexpr std::string_view not_hashed = "the password was not hashed; try again";

/// "cannot <doing>: <why>".
tl::unexpected<error> refuse(std::string_view doing, errc code, std::string_view why);
/// As above, for what a plan does not include. `whose` is "its owner", "this node" …
tl::unexpected<error> refuse_by_plan(std::string_view doing, const plan& has, std::string_view whose,
                                     permission lacking);

/// The default plan for an account that is gone.
const plan& plan_of(const rule_input& input, node_id node);
std::string quoted(const network_name& name);
/// The name of a node in a network, or its nickname; empty if it is neither there nor has an account.
std::string name_of(const rule_input& input, std::uint64_t network, node_id node);
bytes key_digest_of(const account_record& account);

/// An act that is allowed, as the audit log keeps it; about no network, aimed at nobody. Actor 0 is the operator.
audit_record audit_of(const rule_input& input, node_id actor, std::string_view act);
/// The same about a network, aimed at a node or nobody.
audit_record audit_in(const rule_input& input, node_id actor, const network_record& network, std::string_view act,
                      node_id target = {});

/// Whether the outcome holds a hash of the password in question.
bool is_new_hash(const std::optional<password_outcome>& outcome);

/// From today, no longer waiting; what the network was told before counts as arrived, all but the welcome.
void begin_membership(member_record& member, const rule_input& input, const network_record& network);

/// The member or waiting one is gone, and with it the offer to become the owner.
void remove_member(record_change& change, const network_record& network, node_id node);

/// For one more member, by the plan of the owner. errc::network_full.
result<void> check_room(const rule_input& input, const network_record& network, std::string_view doing);

/// What a member does with a network that it is in.
struct network_act {
    const rule_input& input;
    node_id actor;
    const network_record& network;
    const member_record& membership;
    std::string doing;  ///< "lock 'team'"

    [[nodiscard]] bool by_owner() const { return network.owner == actor; }
    [[nodiscard]] tl::unexpected<error> refuse(errc code, std::string_view why) const;
    /// errc::not_owner.
    [[nodiscard]] result<void> need_owner() const;
    /// The owner, or an administrator who has it. errc::not_privileged; plan_forbids while the privilege sleeps.
    [[nodiscard]] result<void> need(privilege wanted) const;
    /// Of the owner's plan. errc::plan_forbids.
    [[nodiscard]] result<void> need(permission wanted) const;
    [[nodiscard]] result<void> need_room() const { return check_room(input, network, doing); }
    /// To put a node out: nobody does that to himself (errc::usage) or to the owner (owner_protected), and an administrator not to
    /// another (not_privileged). errc::peer_not_found without an account of this identity.
    [[nodiscard]] result<void> need_power_over(node_id target) const;
    [[nodiscard]] audit_record audit(std::string_view act, node_id target = {}) const {
        return audit_in(input, actor, network, act, target);
    }
};

/// `doing` ends before the network's name: "lock". errc::account_unknown, network_not_found, not_a_member, awaiting_approval.
result<network_act> begin(const rule_input& input, node_id actor, const network_name& name, std::string_view doing);
/// The same for an act on a node: "evict", "from" is said as "evict ada (100.64.0.3) from 'team'". Names are told of those who are in the
/// network only.
result<network_act> begin(const rule_input& input, node_id actor, const network_name& name, std::string_view verb,
                          node_id target, std::string_view preposition);

}  // namespace buri::core
