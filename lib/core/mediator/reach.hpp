#pragma once
// How a node reaches the server, and the server the node: where its connection comes from, the server's STUN endpoints, and
// a datagram from elsewhere that shows whether an endpoint of the node takes it.
#include "buri/core/mediator/outbox.hpp"
#include "buri/core/mediator/rate_limit.hpp"

namespace buri::core {

/// Leaves out what a node that comes from a public address cannot reach: private addresses, unless there are no others.
void keep_reachable(std::vector<endpoint>& of, const ip_address& from);
void keep_reachable(wire::relay_info& of, const ip_address& from);

class reach {
public:
    static constexpr std::uint32_t checks = 4;  ///< at once; then one in a second
    static constexpr auto check_period = std::chrono::seconds(4);

    reach(const present& at, outbox& out) : at_(at), out_(out), checks_(checks, check_period) {}

    void tell(online_node& node);
    /// errc::usage for an endpoint that is not the node's, errc::too_many_requests.
    result<void> on_check(const online_node& from, const wire::check_reach& wish);

private:
    const present& at_;
    outbox& out_;
    rate_limit checks_;  ///< by node
};

}  // namespace buri::core
