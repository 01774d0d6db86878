#pragma once
// What all tunnels of a node share. Outlives them.
#include "buri/base/path_address.hpp"
#include "buri/core/nat_report.hpp"
#include "buri/core/tunnel/punch_budget.hpp"
#include "buri/core/tunnel/silent_limit.hpp"

#include <cstdint>
#include <vector>

namespace buri::core {

struct tunnel_surroundings {
    channel_id next_channel() { return ++last_channel; }

    channel_id last_channel = main_channel;
    ip_prefix pool;                 ///< addresses of nodes in the VPN: nothing is ever sent there
    ip_prefix ula;                  ///< the same in IPv6
    std::uint16_t mtu = 1380;       ///< of the VPN's interface
    std::uint16_t stream_port = 0;  ///< where this node takes streams of datagrams; 0: it does not
    bool may_spray = true;          ///< probe many ports of a peer whose NAT gives out random ones
    nat_report nat;                 ///< of this node
    std::vector<endpoint> hosts;    ///< own addresses
    punch_budget guesses;           ///< probes to addresses that nobody told, over all tunnels
    silent_limit silent;            ///< probes to addresses that peers named
};

}  // namespace buri::core
