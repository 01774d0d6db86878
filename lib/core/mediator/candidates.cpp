#include "buri/core/mediator/candidates.hpp"

#include <algorithm>

namespace buri::core {
namespace {

/// 0.0.0.0/8 means this network, 240.0.0.0/4 is reserved (RFC 6890).
bool is_reserved(const ip_address& address) {
    if (!address.is_v4()) return false;
    const auto first = address.v4_value() >> 24U;
    return first == 0 || first >= 240;
}

/// A port of TCP is another than that of UDP.
bool is_stream(wire::candidate_kind kind) {
    return kind == wire::candidate_kind::tcp;
}

}  // namespace

bool is_acceptable_candidate(const endpoint& at, const ip_prefix& pool, const ip_prefix& ula) {
    const auto& address = at.address;
    return at.port != 0 && !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() &&
           !address.is_link_local() && !is_reserved(address) && !pool.contains(address) && !ula.contains(address);
}

std::vector<wire::candidate> acceptable_candidates(std::span<const wire::candidate> told, const ip_prefix& pool,
                                                   const ip_prefix& ula) {
    std::vector<wire::candidate> accepted;
    for (const auto& candidate : told) {
        if (accepted.size() == wire::max_candidates) break;
        const auto is_same = [&](const wire::candidate& other) {
            return other.at == candidate.at && is_stream(other.kind) == is_stream(candidate.kind);
        };
        const bool is_known = std::ranges::any_of(accepted, is_same);
        if (!is_known && is_acceptable_candidate(candidate.at, pool, ula)) accepted.push_back(candidate);
    }
    return accepted;
}

}  // namespace buri::core
