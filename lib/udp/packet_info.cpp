#include "buri/udp/packet_info.hpp"

#include "buri/udp/socket_address.hpp"

namespace buri::udp {

void add_source(control_data& out, const endpoint& to, const std::optional<ip_address>& from) {
    if (!from || from->is_v4() != to.address.is_v4()) return;
    if (from->is_v4()) {
        out.add(IPPROTO_IP, IP_PKTINFO, in_pktinfo{0, to_kernel(*from), {}});
    } else {
        out.add(IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{to_kernel_v6(*from), 0});
    }
}

std::optional<ip_address> read_own_address(const cmsghdr& given) {
    in_pktinfo v4{};
    if (read_control(given, IPPROTO_IP, IP_PKTINFO, v4)) return from_kernel(v4.ipi_spec_dst);
    in6_pktinfo v6{};
    if (!read_control(given, IPPROTO_IPV6, IPV6_PKTINFO, v6)) return std::nullopt;
    const auto address = from_kernel(v6.ipi6_addr);
    return address.is_multicast() ? std::nullopt : std::optional(address);
}

}  // namespace buri::udp
