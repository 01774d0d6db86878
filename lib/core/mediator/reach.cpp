#include "buri/core/mediator/reach.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

/// RFC 1918, RFC 6598, RFC 3927, RFC 4193, and this machine.
bool is_private(const ip_address& address) {
    static const std::array ranges{
        ip_prefix{ip_address::v4(0x0a000000), 8},  ip_prefix{ip_address::v4(0xac100000), 12},
        ip_prefix{ip_address::v4(0xc0a80000), 16}, ip_prefix{ip_address::v4(0x64400000), 10},
        ip_prefix{ip_address::v6({0xfc}), 7},
    };
    return address.is_loopback() || address.is_link_local() ||
           std::ranges::any_of(ranges, [&](const ip_prefix& range) { return range.contains(address); });
}

}  // namespace

void keep_reachable(std::vector<endpoint>& of, const ip_address& from) {
    if (is_private(from)) return;
    const auto is_far = [](const endpoint& where) { return is_private(where.address); };
    if (!std::ranges::all_of(of, is_far)) std::erase_if(of, is_far);
}

void keep_reachable(wire::relay_info& of, const ip_address& from) {
    for (auto* const list : {&of.udp, &of.tcp, &of.tls})
        keep_reachable(*list, from);
}

void reach::tell(online_node& node) {
    wire::seen_event out;
    out.at = node.from;
    const auto& own = at_.settings.reach;
    for (const auto& address : own.addresses) {
        if (address.is_v4() != node.from.address.is_v4()) continue;
        for (const auto port : own.stun_ports)
            out.stun.push_back({address, port});
    }
    keep_reachable(out.stun, node.from.address);
    out_.tell(node, std::move(out));
}

result<void> reach::on_check(const online_node& from, const wire::check_reach& wish) {
    if (wish.at.address != from.from.address || wish.at.port == 0) {
        return fail(errc::usage, "cannot check " + to_string(wish.at) + ": this connection comes from " +
                                     to_string(from.from.address));
    }
    if (!checks_.allow(from.id.value, at_.now)) {
        return fail(errc::too_many_requests,
                    "cannot check " + to_string(wish.at) + ": too many checks; try again in a second");
    }
    out_.put(reach_check{wish.at, wish.transaction});
    return {};
}

}  // namespace buri::core
