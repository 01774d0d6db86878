#include "buri/core/tunnel/private_range.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

const ip_prefix shared_addresses{ip_address::v4(0x64400000), 10};
const std::array ranges{ip_prefix{ip_address::v4(0x0a000000), 8}, ip_prefix{ip_address::v4(0xac100000), 12},
                        ip_prefix{ip_address::v4(0xc0a80000), 16}, shared_addresses,
                        ip_prefix{ip_address::v6({0xfc}), 7}};

/// As wide as subnets of hosts usually are: what an interface's own is, the core is not told.
ip_prefix subnet_of(const ip_address& host) {
    if (host.is_v4()) return {ip_address::v4(host.v4_value() & 0xffffff00U), 24};
    auto bytes = host.v6_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return {ip_address::v6(bytes), 64};
}

}  // namespace

std::optional<ip_prefix> private_range_of(const ip_address& address) {
    const auto found = std::ranges::find_if(ranges, [&](const ip_prefix& each) { return each.contains(address); });
    return found == ranges.end() ? std::nullopt : std::optional(*found);
}

bool is_site_local(const ip_address& address) {
    const auto range = private_range_of(address);
    return range && *range != shared_addresses;
}

vicinity vicinity_of(const ip_address& named, std::span<const endpoint> hosts, const std::optional<endpoint>& mapped,
                     const std::optional<endpoint>& seen) {
    const auto range = private_range_of(named);
    if (!range) return vicinity::anywhere;
    if (mapped && seen && mapped->address == seen->address) return vicinity::near;
    const auto is_neighbour = [&](const endpoint& own) { return subnet_of(own.address).contains(named); };
    if (std::ranges::any_of(hosts, is_neighbour)) return vicinity::near;
    const auto is_in_range = [&](const endpoint& own) { return range->contains(own.address); };
    return std::ranges::any_of(hosts, is_in_range) ? vicinity::same_range : vicinity::elsewhere;
}

}  // namespace buri::core
