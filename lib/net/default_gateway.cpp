#include "buri/net/default_gateway.hpp"

#include "buri/net/netlink_address.hpp"
#include "buri/net/netlink_socket.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <system_error>

#include <array>
#include <vector>

namespace buri::net {
namespace {

struct default_route {
    ip_address gateway;
    std::optional<ip_address> source;
    unsigned interface = 0;
    std::uint32_t metric = 0;
};

struct local_address {
    ip_address address;
    ip_prefix network;
};

ip_prefix network_of(const ip_address& address, unsigned length) {
    const auto raw = address.network_bytes();
    std::array<std::uint8_t, 16> masked{};
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const auto bits = length > i * 8 ? std::min<std::size_t>(length - i * 8, 8) : 0;
        masked[i] = static_cast<std::uint8_t>(raw[i] & (0xff00U >> bits));
    }
    return {*read_address(byte_view(masked).first(raw.size())), length};
}

/// A gateway of several next hops: the first's.
std::optional<default_route> read_default_route(const netlink_message& message) {
    const auto fixed = fixed_part<rtmsg>(message.body);
    if (!fixed || message.type != RTM_NEWROUTE || fixed->rtm_type != RTN_UNICAST || fixed->rtm_dst_len != 0 ||
        fixed->rtm_table != RT_TABLE_MAIN || (fixed->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD)) != 0) {
        return std::nullopt;
    }
    const auto field = [&](unsigned type) { return find_attribute(message.body, sizeof *fixed, type); };
    default_route out;
    auto gateway = field(RTA_GATEWAY);
    out.interface = number_in<unsigned>(field(RTA_OIF));
    if (const auto hop = fixed_part<rtnexthop>(field(RTA_MULTIPATH))) {
        out.interface = static_cast<unsigned>(hop->rtnh_ifindex);
        const auto size = std::min<std::size_t>(hop->rtnh_len, field(RTA_MULTIPATH).size());
        gateway = find_attribute(field(RTA_MULTIPATH).first(size), sizeof(rtnexthop), RTA_GATEWAY);
    }
    const auto address = read_address(gateway);
    if (!address || out.interface == 0) return std::nullopt;
    out.gateway = *address;
    out.source = read_address(field(RTA_PREFSRC));
    out.metric = number_in<std::uint32_t>(field(RTA_PRIORITY));
    return out;
}

std::optional<local_address> read_local_address(const netlink_message& message, unsigned interface) {
    const auto fixed = fixed_part<ifaddrmsg>(message.body);
    if (!fixed || message.type != RTM_NEWADDR || fixed->ifa_index != interface) return std::nullopt;
    const auto field = [&](unsigned type) { return find_attribute(message.body, sizeof *fixed, type); };
    const auto flags = field(IFA_FLAGS).empty() ? fixed->ifa_flags : number_in<std::uint32_t>(field(IFA_FLAGS));
    if ((flags & (IFA_F_TENTATIVE | IFA_F_DEPRECATED | IFA_F_DADFAILED)) != 0) return std::nullopt;
    const auto peer = read_address(field(IFA_ADDRESS));
    const auto own = field(IFA_LOCAL).empty() ? peer : read_address(field(IFA_LOCAL));
    if (!own || !peer) return std::nullopt;
    return local_address{*own, network_of(*peer, fixed->ifa_prefixlen)};
}

error cannot_list(const std::string& what, int code) {
    return make_error(errc::internal,
                      "the kernel does not list its " + what + ": " + std::generic_category().message(code));
}

/// RFC 4193: nobody outside reaches those.
bool is_unique_local(const ip_address& address) {
    return !address.is_v4() && (address.v6_bytes()[0] & 0xfeU) == 0xfcU;
}

std::optional<default_gateway> on_link(const default_route& route, const std::vector<local_address>& addresses) {
    std::optional<default_gateway> out;
    // Every IPv6 interface has the link-local network.
    const bool is_neighbour = !route.gateway.is_v4() && route.gateway.is_link_local();
    for (const auto& each : addresses) {
        const bool holds = each.network.contains(route.gateway);
        if (each.address.is_link_local() || is_unique_local(each.address) || !(holds || is_neighbour)) continue;
        if (each.address == route.gateway) return std::nullopt;
        const bool is_preferred = route.source == each.address;
        if (!out || is_preferred) out = default_gateway{route.gateway, each.address, each.network, route.interface};
    }
    return out;
}

}  // namespace

result<std::optional<default_gateway>> find_default_gateway(address_family family, const std::string& except) {
    auto socket = netlink_socket::open();
    if (!socket) return fail(std::move(socket.error()));
    const auto excluded = ::if_nametoindex(except.c_str());
    const std::uint8_t number = family == address_family::v4 ? AF_INET : AF_INET6;

    rtmsg route_filter{};
    route_filter.rtm_family = number;
    netlink_request routes(RTM_GETROUTE, request_dump, route_filter);
    std::optional<default_route> best;
    auto code = socket->dump(routes, [&](const netlink_message& message) {
        const auto found = read_default_route(message);
        if (!found || found->interface == excluded) return;
        if (!best || found->metric < best->metric) best = found;
    });
    if (code != 0) return fail(cannot_list("routes", code));
    if (!best) return std::optional<default_gateway>();

    ifaddrmsg address_filter{};
    address_filter.ifa_family = number;
    netlink_request list(RTM_GETADDR, request_dump, address_filter);
    std::vector<local_address> addresses;
    code = socket->dump(list, [&](const netlink_message& message) {
        if (const auto found = read_local_address(message, best->interface)) addresses.push_back(*found);
    });
    if (code != 0) return fail(cannot_list("addresses", code));
    return on_link(*best, addresses);
}

}  // namespace buri::net
