#pragma once
// The records as nodes are shown them.
#include "buri/core/mediator/roster.hpp"

namespace buri::core {

/// A line of the audit log, for the owner of the network and for the operator.
wire::log_entry entry_of(const audit_record& record);

class views {
public:
    views(const present& at, const roster& nodes) : at_(at), nodes_(nodes) {}

    [[nodiscard]] wire::peer_info peer(const account_record& account);
    [[nodiscard]] wire::applicant applicant(const member_record& waiting);
    [[nodiscard]] wire::plan_info plan(const account_record& account) const;
    [[nodiscard]] wire::network_settings settings(const network_record& network) const;
    /// For a member.
    [[nodiscard]] wire::network_info network(const network_record& network, bool with_applicants);
    /// For a node that waits for approval: that it waits, and nothing of the network.
    static wire::network_info awaited(const network_record& network);

    /// Whether the node learns who waits.
    [[nodiscard]] bool is_approver(const network_record& network, node_id node) const;
    /// The account's key changed, or the account is gone.
    void forget_key(node_id node) { fingerprints_.erase(node); }

private:
    const std::string& fingerprint(const account_record& account);

    const present& at_;
    const roster& nodes_;
    std::unordered_map<node_id, std::string> fingerprints_;
};

wire::member_info view_of(const member_record& member);

}  // namespace buri::core
