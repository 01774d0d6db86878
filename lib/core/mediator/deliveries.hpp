#pragma once
// Welcomes and announcements on their way to members that have not confirmed them. What is not confirmed is sent again on the
// next connection.
#include "buri/core/mediator/outbox.hpp"

namespace buri::core {

class deliveries {
public:
    /// Announcements of one network that are on their way to one node; the next follow as it confirms.
    static constexpr std::size_t max_unconfirmed = 8;

    deliveries(const present& at, roster& nodes, outbox& out) : at_(at), nodes_(nodes), out_(out) {}

    /// Of every network that the node is in; it has a new connection.
    void on_hello(online_node& node);
    void deliver(std::uint64_t network, node_id node);
    void deliver_to_all(std::uint64_t network);

private:
    void welcome(online_node& node, const member_record& member, const network_record& network);
    void announce(online_node& node, const member_record& member, const network_record& network);

    const present& at_;
    roster& nodes_;
    outbox& out_;
};

}  // namespace buri::core
