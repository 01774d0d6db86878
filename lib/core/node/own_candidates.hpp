#pragma once
// The addresses that this node offers to its peers.
#include "buri/base/endpoint.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/wire/messages.hpp"

#include <span>
#include <vector>

namespace buri::core {

struct own_ways {
    std::span<const endpoint> hosts;          ///< with the UDP port
    std::span<const endpoint> mapped;         ///< as STUN servers see the UDP port
    std::span<const port_mapping> forwarded;  ///< by the gateway; only those that were reached count
    std::uint16_t stream_port = 0;            ///< 0: no streams are taken
};

/// What the gateway forwards first, then host endpoints, mapped ones and those for streams, each once, at most
/// wire::max_candidates. Left out: what no peer could or should send to, and addresses of the VPN itself, which would build a
/// tunnel inside a tunnel. A prefix of length 0 is not known yet.
std::vector<wire::candidate> own_candidates(const own_ways& ways, const ip_prefix& pool, const ip_prefix& ula);

}  // namespace buri::core
