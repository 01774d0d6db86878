#pragma once
// The machine's side of an interface: puts packets in as the kernel would, and takes what comes out.
#include "tests/unit/dataplane/linked_pair.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace buri::test {

/// So that the kernel sends nothing by itself. For the calling thread's network.
inline void turn_off_v6() {
    std::ofstream("/proc/sys/net/ipv6/conf/all/disable_ipv6") << 1;
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << 1;
}

inline void remove_interface(const std::string& name) {
    struct {
        nlmsghdr header{};
        ifinfomsg link{};
    } request;
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_DELLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.link.ifi_index = static_cast<int>(::if_nametoindex(name.c_str()));
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    std::array<char, 4096> answer{};
    const bool done = ::send(fd, &request, sizeof request, 0) > 0 && ::recv(fd, answer.data(), answer.size(), 0) > 0;
    ::close(fd);
    if (!done || ::if_nametoindex(name.c_str()) != 0) throw std::runtime_error("cannot remove " + name);
}

class packet_tap {
public:
    explicit packet_tap(const std::string& interface)
        : fd_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL))) {
        const int on = 1;
        const int buffer = 64 << 20;
        const timeval patience{10, 0};
        to_.sll_family = AF_PACKET;
        to_.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
        to_.sll_protocol = htons(ETH_P_ALL);
        if (::setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0 ||
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
            ::setsockopt(fd_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
            ::bind(fd_, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0) {
            throw std::runtime_error("cannot tap " + interface);
        }
    }
    ~packet_tap() { ::close(fd_); }
    packet_tap(const packet_tap&) = delete;
    packet_tap& operator=(const packet_tap&) = delete;

    /// False if the interface's queue is full.
    bool send(byte_view packet) {
        to_.sll_protocol = htons(packet[0] >> 4U == 6 ? ETH_P_IPV6 : ETH_P_IP);
        const auto sent =
            ::sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to_), sizeof to_);
        return sent == static_cast<ssize_t>(packet.size());
    }
    /// Empty if none comes within ten seconds.
    bytes receive() {
        bytes out(65536);
        const auto size = ::recv(fd_, out.data(), out.size(), 0);
        out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return out;
    }
    /// Empty if none waits now.
    bytes receive_now() {
        pollfd polled{fd_, POLLIN, 0};
        return ::poll(&polled, 1, 0) == 1 ? receive() : bytes();
    }
    [[nodiscard]] int fd() const { return fd_; }

private:
    int fd_;
    sockaddr_ll to_{};
};

}  // namespace buri::test
