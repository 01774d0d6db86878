#pragma once
// How many packets go to addresses that peers named and from which nothing has come: nobody can make a node flood a third party, whatever
// ports it names and however often.
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/time_point.hpp"

#include <map>

namespace buri::core {

class silent_limit {
public:
    static constexpr unsigned packets = 20;                         ///< to all ports of one address at once
    static constexpr duration interval = std::chrono::seconds(25);  ///< in which it may have one more
    /// Of one peer, in the time in which all packets of an address come back.
    static constexpr std::size_t most_addresses = 64;
    static constexpr std::size_t most_private_addresses = 8;

    /// How many of `wanted` packets may go to this address for the peer; they are counted. The last `kept` are not given.
    unsigned take(node_id peer, const ip_address& to, unsigned wanted, unsigned kept, time_point now);
    /// This node is somewhere else: what was silent may answer now.
    void forget(node_id peer) { paid_until_.erase(peer); }

private:
    using addresses = std::map<ip_address, time_point>;
    [[nodiscard]] static bool has_room(const addresses& of, const ip_address& next);

    std::map<node_id, addresses> paid_until_;
};

}  // namespace buri::core
