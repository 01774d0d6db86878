#include "buri/core/tunnel/silent_limit.hpp"

#include "buri/core/tunnel/private_range.hpp"

#include <algorithm>

namespace buri::core {

bool silent_limit::has_room(const addresses& of, const ip_address& next) {
    if (of.size() >= most_addresses) return false;
    if (!private_range_of(next)) return true;
    const auto known =
        std::ranges::count_if(of, [](const auto& each) { return private_range_of(each.first).has_value(); });
    return static_cast<std::size_t>(known) < most_private_addresses;
}

unsigned silent_limit::take(node_id peer, const ip_address& to, unsigned wanted, unsigned kept, time_point now) {
    if (!paid_until_.contains(peer)) {
        std::erase_if(paid_until_, [now](const auto& each) {
            return std::ranges::all_of(each.second, [now](const auto& one) { return one.second <= now; });
        });
    }
    auto& of_peer = paid_until_[peer];
    if (!of_peer.contains(to)) {
        std::erase_if(of_peer, [now](const auto& each) { return each.second <= now; });
        if (!has_room(of_peer, to)) return 0;
    }
    auto& paid_until = of_peer.try_emplace(to, now).first->second;
    unsigned granted = 0;
    for (; granted < wanted; ++granted) {
        const auto next = std::max(paid_until, now) + interval;
        if (next - now > interval * (packets - std::min(kept, packets))) break;
        paid_until = next;
    }
    return granted;
}

}  // namespace buri::core
