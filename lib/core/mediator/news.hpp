#pragma once
// What nodes are told of networks and peers: each only of the networks that it is in and of their members. A node that waits for
// approval is told that it waits.
#include "buri/core/mediator/outbox.hpp"
#include "buri/core/mediator/views.hpp"

namespace buri::core {

class news {
public:
    /// What a sync may hold, about, so that no message outgrows a frame; the rest is said in events of its own.
    static constexpr std::size_t sync_bytes = 768U << 10U;
    /// Members in one event; the rest are told as if they joined.
    static constexpr std::size_t members_at_once = 4000;

    news(const present& at, roster& nodes, outbox& out) : at_(at), nodes_(nodes), out_(out), views_(at, nodes) {}

    /// Everything that the node may know, in a session of its own.
    void synchronise(online_node& node);
    /// The node came, went, or has another nickname or key: told to its peers.
    void on_peer_changed(node_id node);
    /// The key of an account changed, or the account is gone.
    void on_key_gone(node_id node) { views_.forget_key(node); }

    void on_joined(const member_record& member);
    void on_member_changed(const member_record& member);
    /// `reason` as in wire::member_left.
    void on_left(std::uint64_t network, node_id node, std::string_view reason);
    void on_requested(const member_record& waiting);
    /// It waits under another name, or with another key.
    void on_request_changed(const member_record& waiting);
    void on_request_gone(std::uint64_t network, node_id node, std::string_view reason);
    /// The node is in the network no more, or does not wait any more.
    void on_gone(node_id node, std::uint64_t network, const wire::network_gone& what);

    void on_settings(const network_record& network);
    /// Told to the node if it is not what it was told last.
    void on_plan(const account_record& account);
    /// Shows those who may approve now who waits, and those who may not any more that they are told no longer.
    void review_approvers(const network_record& network);
    void review_approver(const network_record& network, node_id node);
    /// To the owner.
    void on_logged(const audit_record& entry);

    [[nodiscard]] wire::network_settings settings(const network_record& network) const {
        return views_.settings(network);
    }

private:
    void tell(node_id node, const wire::event& what);
    void tell_members(std::uint64_t network, const wire::event& what);
    void tell_approvers(std::uint64_t network, const wire::event& what);
    wire::network_info view(const network_record& network, online_node& to);
    void start_session(online_node& node);
    void forget(online_node& node, const network_name& network);
    /// Where it is a member or waits, by name.
    [[nodiscard]] std::vector<const network_record*> networks_of(node_id node) const;
    void tell_network(online_node& to, wire::network_info what);

    const present& at_;
    roster& nodes_;
    outbox& out_;
    views views_;
};

}  // namespace buri::core
