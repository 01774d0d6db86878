#include "buri/server/own_addresses.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <memory>

namespace buri::server {
namespace {

std::optional<ip_address> address_in(const sockaddr* from) {
    if (from == nullptr) return std::nullopt;
    if (from->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::copy_n(reinterpret_cast<const char*>(from), sizeof v4, reinterpret_cast<char*>(&v4));
        return ip_address::v4(ntohl(v4.sin_addr.s_addr));
    }
    if (from->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 v6{};
    std::copy_n(reinterpret_cast<const char*>(from), sizeof v6, reinterpret_cast<char*>(&v6));
    return ip_address::v6(std::bit_cast<std::array<std::uint8_t, 16>>(v6.sin6_addr));
}

bool is_for_nodes(const ip_address& address) {
    return !address.is_unspecified() && !address.is_loopback() && !address.is_link_local() && !address.is_multicast();
}

}  // namespace

std::vector<ip_address> machine_addresses() {
    ifaddrs* first = nullptr;
    std::vector<ip_address> out;
    if (::getifaddrs(&first) != 0) return out;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, ::freeifaddrs);
    for (const auto* each = all.get(); each != nullptr; each = each->ifa_next) {
        const auto address = (each->ifa_flags & IFF_UP) != 0 ? address_in(each->ifa_addr) : std::nullopt;
        if (address && is_for_nodes(*address)) out.push_back(*address);
    }
    return out;
}

core::server_reach reach_of(const store::server_config& config, std::span<const ip_address> machine) {
    core::server_reach out;
    const auto add = [&](const ip_address& address) {
        const bool is_known = std::ranges::find(out.addresses, address) != out.addresses.end();
        const bool is_other = address == config.other_address;
        const bool is_nodes = config.pool.contains(address) || config.ula.contains(address);
        if (is_for_nodes(address) && !is_known && !is_other && !is_nodes) out.addresses.push_back(address);
    };
    const auto named = ip_address::parse(config.name.value_or(""));
    if (named) add(*named);
    for (const auto& bound : config.bind) {
        if (!bound.is_unspecified()) add(bound);
        for (const auto& address : machine) {
            if (bound.is_unspecified() && address.is_v4() == bound.is_v4()) add(address);
        }
    }
    if (config.other_address) out.addresses.push_back(*config.other_address);
    out.stun_ports.assign(config.listen_stun.begin(), config.listen_stun.end());
    out.tcp_port = config.listen_tcp;
    out.tls_port = config.listen_tls;
    if (config.name && !named) out.host = *config.name;
    out.has_relay = config.relay;
    return out;
}

}  // namespace buri::server
