#pragma once
// The addresses that this node offers to its peers.
#include "buri/base/endpoint.hpp"
#include "buri/wire/messages.hpp"

#include <span>
#include <vector>

namespace buri::core {

/// Host endpoints first, then mapped ones, each once, at most wire::max_candidates. Left out: what no peer could or
/// should send to, and addresses of the VPN itself, which would build a tunnel inside a tunnel. A prefix of length 0 is
/// not known yet.
std::vector<wire::candidate> own_candidates(std::span<const endpoint> hosts, std::span<const endpoint> mapped,
                                            const ip_prefix& pool, const ip_prefix& ula);

}  // namespace buri::core
