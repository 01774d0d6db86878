#pragma once
// Interfaces, addresses and routes of a test's own network, made without the code under test.
#include "buri/net/netlink.hpp"
#include "tests/support/network_namespace.hpp"

#include <catch2/catch.hpp>

#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <optional>
#include <stdexcept>
#include <string>

namespace buri::test {

inline ip_address address(const std::string& text) {
    return ip_address::parse(text).value();
}
inline ip_prefix prefix(const std::string& text) {
    return parse_ip_prefix(text).value();
}

inline const ip_prefix ula = prefix("fd12:3456:789a:bcde::/64");
inline const net::interface_settings settings = {1380, address("100.64.0.7"), prefix("100.64.0.0/10"),
                                                 address("fd12:3456:789a:bcde::6440:7"), ula};

/// A TUN interface, down and without addresses.
class tun {
public:
    explicit tun(const std::string& name) : fd_(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
        ifreq request{};
        request.ifr_flags = IFF_TUN | IFF_NO_PI;
        name.copy(request.ifr_name, IFNAMSIZ - 1);
        if (fd_ < 0 || ::ioctl(fd_, TUNSETIFF, &request) != 0) throw std::runtime_error("cannot make " + name);
    }
    ~tun() { ::close(fd_); }
    tun(const tun&) = delete;
    tun& operator=(const tun&) = delete;
    [[nodiscard]] bool is_silent() const {
        char byte = 0;
        return ::read(fd_, &byte, 1) < 0 && errno == EAGAIN;
    }

private:
    int fd_;
};

inline unsigned index_of(const std::string& name) {
    return ::if_nametoindex(name.c_str());
}

/// The index of the interface that the kernel would send to an address through; 0 if it has no route. Without a source
/// the kernel chooses one.
inline unsigned route_to(const std::string& text, const std::string& source = "") {
    const auto to = address(text);
    auto socket = net::netlink_socket::open().value();
    rtmsg fixed{};
    fixed.rtm_family = to.is_v4() ? AF_INET : AF_INET6;
    fixed.rtm_dst_len = to.is_v4() ? 32 : 128;
    if (!source.empty()) fixed.rtm_src_len = fixed.rtm_dst_len;
    net::netlink_request request(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_ACK, fixed);
    request.attribute(RTA_DST, to.network_bytes());
    if (!source.empty()) request.attribute(RTA_SRC, address(source).network_bytes());
    unsigned out = 0;
    (void)socket.dump(request, [&](const net::netlink_message& message) {
        out = net::number_in<unsigned>(net::find_attribute(message.body, sizeof fixed, RTA_OIF));
    });
    return out;
}

inline void add_address(const std::string& name, const ip_prefix& what, std::uint32_t flags = IFA_F_NODAD,
                        std::optional<ifa_cacheinfo> lifetime = std::nullopt) {
    auto socket = net::netlink_socket::open().value();
    ifaddrmsg fixed{};
    fixed.ifa_family = what.address.is_v4() ? AF_INET : AF_INET6;
    fixed.ifa_prefixlen = static_cast<std::uint8_t>(what.length);
    fixed.ifa_index = index_of(name);
    net::netlink_request request(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, fixed);
    request.attribute(IFA_LOCAL, what.address.network_bytes()).attribute(IFA_ADDRESS, what.address.network_bytes());
    request.number(IFA_FLAGS, flags);
    if (lifetime) request.number(IFA_CACHEINFO, *lifetime);
    REQUIRE(socket.ask(request) == 0);
}

/// 0, or what the kernel said.
inline int add_route(const std::string& name, const ip_prefix& to, std::uint32_t table = RT_TABLE_MAIN) {
    auto socket = net::netlink_socket::open().value();
    rtmsg fixed{};
    fixed.rtm_family = to.address.is_v4() ? AF_INET : AF_INET6;
    fixed.rtm_dst_len = static_cast<std::uint8_t>(to.length);
    fixed.rtm_protocol = RTPROT_STATIC;
    fixed.rtm_scope = RT_SCOPE_LINK;
    fixed.rtm_type = RTN_UNICAST;
    net::netlink_request request(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, fixed);
    if (to.length != 0) request.attribute(RTA_DST, to.address.network_bytes());
    request.number(RTA_OIF, index_of(name)).number(RTA_TABLE, table);
    return socket.ask(request);
}

}  // namespace buri::test
