#include "buri/net/netlink_address.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace buri::net {

std::uint8_t family_of(const ip_address& address) {
    return address.is_v4() ? AF_INET : AF_INET6;
}

std::optional<ip_address> read_address(byte_view raw) {
    if (raw.size() == 4) {
        return ip_address::v4(std::uint32_t{raw[0]} << 24U | std::uint32_t{raw[1]} << 16U |
                              std::uint32_t{raw[2]} << 8U | raw[3]);
    }
    std::array<std::uint8_t, 16> v6{};
    if (raw.size() != v6.size()) return std::nullopt;
    std::ranges::copy(raw, v6.begin());
    return ip_address::v6(v6);
}

}  // namespace buri::net
