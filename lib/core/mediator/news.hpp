#pragma once
// What nodes are told of networks and peers: each only of the networks that it is in and of their members.
#include "buri/core/mediator/outbox.hpp"

namespace buri::core {

class news {
public:
    /// A sync with more peers or members than this says the rest in events of its own, so that no message outgrows a
    /// frame.
    static constexpr std::size_t sync_ceiling = 2000;

    news(const mediator_settings& settings, const directory& records, roster& nodes, outbox& out)
        : settings_(settings), records_(records), nodes_(nodes), out_(out) {}

    /// Everything that the node may know.
    void synchronise(online_node& node);
    /// The node came, went, or has a new nickname: told to its peers.
    void on_peer_changed(node_id node);
    void on_joined(node_id node, const network_record& network);
    /// `node` is no member any more.
    void on_left(node_id node, const network_record& network);
    /// `former` were the members.
    void on_deleted(const network_name& name, std::span<const node_id> former);

private:
    [[nodiscard]] wire::peer_info view(const account_record& account) const;
    [[nodiscard]] wire::network_info view(const network_record& network) const;
    void tell(node_id node, const wire::event& what);

    const mediator_settings& settings_;
    const directory& records_;
    roster& nodes_;
    outbox& out_;
};

}  // namespace buri::core
