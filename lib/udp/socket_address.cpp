#include "buri/udp/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace buri::udp {
namespace {

// The macros of <netinet/in.h> convert signs.
std::uint16_t swap_port(std::uint16_t port) {
    return htons(port);
}

}  // namespace

in_addr to_kernel(const ip_address& v4) {
    return {htonl(v4.v4_value())};
}

in6_addr to_kernel_v6(const ip_address& either) {
    in6_addr out{};
    std::ranges::copy(either.v6_bytes(), std::begin(out.s6_addr));
    return out;
}

ip_address from_kernel(const in_addr& address) {
    return ip_address::v4(ntohl(address.s_addr));
}

ip_address from_kernel(const in6_addr& address) {
    std::array<std::uint8_t, 16> raw{};
    std::ranges::copy(address.s6_addr, raw.begin());
    return ip_address::v6(raw);
}

socklen_t write_address(const endpoint& to, bool v6_socket, socket_address& out) {
    std::memset(&out, 0, sizeof out);
    if (v6_socket) {
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = swap_port(to.port);
        out.v6.sin6_addr = to_kernel_v6(to.address);
        return sizeof out.v6;
    }
    if (!to.address.is_v4()) return 0;
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = swap_port(to.port);
    out.v4.sin_addr = to_kernel(to.address);
    return sizeof out.v4;
}

endpoint read_address(const socket_address& from) {
    if (from.any.sa_family == AF_INET) return {from_kernel(from.v4.sin_addr), swap_port(from.v4.sin_port)};
    return {from_kernel(from.v6.sin6_addr), swap_port(from.v6.sin6_port)};
}

}  // namespace buri::udp
