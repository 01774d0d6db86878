#pragma once
// Which of the candidates that a node tells are passed on to its peers. They make other machines send datagrams to
// those addresses, so what can only do harm there is left out.
#include "buri/wire/messages.hpp"

#include <span>
#include <vector>

namespace buri::core {

/// False for port 0, loopback, link-local, multicast, unspecified and reserved addresses, and those inside the VPN
/// itself.
bool is_acceptable_candidate(const endpoint& at, const ip_prefix& pool, const ip_prefix& ula);

/// What is acceptable, each endpoint of UDP and of TCP once, in the order given, at most wire::max_candidates.
std::vector<wire::candidate> acceptable_candidates(std::span<const wire::candidate> told, const ip_prefix& pool,
                                                   const ip_prefix& ula);

}  // namespace buri::core
