#pragma once
// The machine's side of an interface, for super-packets: each comes and goes with the header that tells what it is.
#include "tests/unit/dataplane/packet_tap.hpp"
#include "tests/unit/dataplane/super_packet.hpp"

#include <sys/uio.h>

namespace buri::test {

class super_packet_tap {
public:
    explicit super_packet_tap(const std::string& interface)
        : fd_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))) {
        const int on = 1;
        const timeval patience{10, 0};
        to_.sll_family = AF_PACKET;
        to_.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
        to_.sll_protocol = htons(ETH_P_ALL);
        if (::setsockopt(fd_, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
            ::setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
            ::bind(fd_, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0) {
            throw std::runtime_error("cannot tap " + interface);
        }
    }
    ~super_packet_tap() { ::close(fd_); }
    super_packet_tap(const super_packet_tap&) = delete;
    super_packet_tap& operator=(const super_packet_tap&) = delete;

    bool send(super_packet what) {
        to_.sll_protocol = htons(what.packet[0] >> 4U == 6 ? ETH_P_IPV6 : ETH_P_IP);
        std::array<iovec, 2> parts{{{&what.header, sizeof what.header}, {what.packet.data(), what.packet.size()}}};
        msghdr message{};
        message.msg_name = &to_;
        message.msg_namelen = sizeof to_;
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        return ::sendmsg(fd_, &message, 0) == static_cast<ssize_t>(sizeof what.header + what.packet.size());
    }
    /// Empty if none comes within ten seconds.
    super_packet receive() {
        super_packet out;
        out.packet.resize(65536);
        std::array<iovec, 2> parts{{{&out.header, sizeof out.header}, {out.packet.data(), out.packet.size()}}};
        const auto size = ::readv(fd_, parts.data(), parts.size());
        const auto header = static_cast<ssize_t>(sizeof out.header);
        out.packet.resize(size > header ? static_cast<std::size_t>(size - header) : 0);
        return out;
    }

private:
    int fd_;
    sockaddr_ll to_{};
};

}  // namespace buri::test
