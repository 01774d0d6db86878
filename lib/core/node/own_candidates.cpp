#include "buri/core/node/own_candidates.hpp"

#include <algorithm>

namespace buri::core {

namespace {

bool is_inside(const ip_prefix& prefix, const ip_address& address) {
    return prefix.length != 0 && prefix.contains(address);
}

bool is_usable(const endpoint& where) {
    const auto& address = where.address;
    return where && !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() &&
           !address.is_link_local();
}

}  // namespace

std::vector<wire::candidate> own_candidates(std::span<const endpoint> hosts, std::span<const endpoint> mapped,
                                            const ip_prefix& pool, const ip_prefix& ula) {
    std::vector<wire::candidate> found;
    const auto add = [&](wire::candidate_kind kind, const endpoint& where) {
        if (found.size() == wire::max_candidates) return;
        if (!is_usable(where) || is_inside(pool, where.address) || is_inside(ula, where.address)) return;
        if (std::ranges::find(found, where, &wire::candidate::at) == found.end()) found.push_back({kind, where});
    };
    for (const auto& where : hosts)
        add(wire::candidate_kind::host, where);
    for (const auto& where : mapped)
        add(wire::candidate_kind::mapped, where);
    return found;
}

}  // namespace buri::core
