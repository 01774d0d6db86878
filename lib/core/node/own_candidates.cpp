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

std::vector<wire::candidate> own_candidates(const own_ways& ways, const ip_prefix& pool, const ip_prefix& ula) {
    std::vector<wire::candidate> found;
    const auto add = [&](wire::candidate_kind kind, const endpoint& where) {
        const wire::candidate made{kind, where};
        if (found.size() == wire::max_candidates || !is_usable(where)) return;
        if (is_inside(pool, where.address) || is_inside(ula, where.address)) return;
        const auto is_same = [&](const wire::candidate& other) {
            return other.at == where &&
                   (other.kind == wire::candidate_kind::tcp) == (kind == wire::candidate_kind::tcp);
        };
        if (std::ranges::none_of(found, is_same)) found.push_back(made);
    };
    for (const auto& each : ways.forwarded) {
        if (!each.is_verified) continue;
        add(each.protocol == mapping_protocol::tcp ? wire::candidate_kind::tcp : wire::candidate_kind::port_mapped,
            each.external);
    }
    for (const auto& where : ways.hosts)
        add(wire::candidate_kind::host, where);
    for (const auto& where : ways.mapped)
        add(wire::candidate_kind::mapped, where);
    if (ways.stream_port == 0) return found;
    for (const auto& where : ways.hosts)
        add(wire::candidate_kind::tcp, {where.address, ways.stream_port});
    for (const auto& where : ways.mapped)
        add(wire::candidate_kind::tcp, {where.address, ways.stream_port});
    return found;
}

}  // namespace buri::core
