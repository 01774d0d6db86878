#include "buri/core/port_mapping/lease.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

constexpr std::uint32_t shortest = 60;
constexpr std::uint32_t longest = 24 * 3600;

}  // namespace

std::chrono::seconds clamp_lifetime(std::uint32_t granted) {
    return std::chrono::seconds(std::clamp(granted, shortest, longest));
}

lease make_lease(const endpoint& external, std::uint32_t granted, time_point now) {
    const auto lifetime = clamp_lifetime(granted);
    return {external, lifetime, now + lifetime / 2, now + lifetime};
}

std::optional<std::string> why_unusable(const endpoint& external, const ip_address& internal) {
    const auto& address = external.address;
    if (external.port == 0) return "the gateway gave no external port";
    if (address.is_v4() != internal.is_v4()) return "the gateway gave an external address of another family";
    if (address.is_unspecified()) return "the gateway has no external address";
    if (address.is_loopback() || address.is_multicast() || address.is_link_local()) {
        return "the gateway gave " + to_string(address) + " as its external address";
    }
    return std::nullopt;
}

bool is_behind_another_nat(const ip_address& external) {
    static const std::array<ip_prefix, 4> ranges = {{
        {ip_address::v4(0x0a000000), 8},
        {ip_address::v4(0xac100000), 12},
        {ip_address::v4(0xc0a80000), 16},
        {ip_address::v4(0x64400000), 10},
    }};
    return std::ranges::any_of(ranges, [&](const ip_prefix& each) { return each.contains(external); });
}

}  // namespace buri::core
