#include "buri/net/netlink_route.hpp"

#include "buri/net/netlink_address.hpp"

#include <linux/rtnetlink.h>

namespace buri::net {
namespace {

std::optional<route> read_route(const netlink_message& message) {
    const auto fixed = fixed_part<rtmsg>(message.body);
    if (!fixed || message.type != RTM_NEWROUTE || fixed->rtm_type != RTN_UNICAST ||
        (fixed->rtm_flags & RTM_F_CLONED) != 0) {
        return std::nullopt;
    }
    const auto to = read_address(find_attribute(message.body, sizeof *fixed, RTA_DST));
    if (!to) return std::nullopt;
    auto interface = number_in<unsigned>(find_attribute(message.body, sizeof *fixed, RTA_OIF));
    if (interface == 0) {
        const auto first = fixed_part<rtnexthop>(find_attribute(message.body, sizeof *fixed, RTA_MULTIPATH));
        if (first) interface = static_cast<unsigned>(first->rtnh_ifindex);
    }
    if (interface == 0) return std::nullopt;
    const auto table = find_attribute(message.body, sizeof *fixed, RTA_TABLE);
    return route{
        interface, table.empty() ? fixed->rtm_table : number_in<std::uint32_t>(table), {*to, fixed->rtm_dst_len}};
}

}  // namespace

int list_routes(netlink_socket& socket, std::uint8_t family, const std::function<void(const route&)>& each) {
    rtmsg fixed{};
    fixed.rtm_family = family;
    netlink_request request(RTM_GETROUTE, request_dump, fixed);
    return socket.dump(request, [&](const netlink_message& message) {
        if (const auto present = read_route(message)) each(*present);
    });
}

int change_route(netlink_socket& socket, std::uint16_t type, const route& what) {
    rtmsg fixed{};
    fixed.rtm_family = family_of(what.prefix.address);
    fixed.rtm_dst_len = static_cast<std::uint8_t>(what.prefix.length);
    fixed.rtm_table = RT_TABLE_UNSPEC;
    fixed.rtm_protocol = RTPROT_STATIC;
    fixed.rtm_scope = RT_SCOPE_LINK;
    fixed.rtm_type = RTN_UNICAST;
    netlink_request request(type, request_ack | (type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_REPLACE : 0U), fixed);
    request.attribute(RTA_DST, what.prefix.address.network_bytes());
    request.number(RTA_OIF, what.interface).number(RTA_TABLE, what.table);
    return socket.ask(request);
}

}  // namespace buri::net
