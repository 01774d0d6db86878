// What the kernel costs: recvmmsg() with UDP_GRO, sendmmsg() with UDP_SEGMENT, and not a look at the bytes. Plain system calls, so that
// it also says what lib/udp costs.
#include "buri/udp/control_data.hpp"
#include "buri/udp/datagram_socket.hpp"
#include "buri/udp/socket_address.hpp"
#include "tests/bench/relay_tools/commands.hpp"

#include <netinet/udp.h>
#include <poll.h>

#include <array>
#include <memory>

namespace buri::bench {
namespace {

constexpr std::size_t messages = 8;
constexpr std::size_t message_size = 1U << 16U;

struct copied {
    std::array<mmsghdr, messages> in{};
    std::array<mmsghdr, messages> out{};
    std::array<iovec, messages> data{};
    std::array<udp::control_data, messages> segment;
    struct control {
        alignas(cmsghdr) std::array<char, 128> raw{};
    };
    std::array<control, messages> told;
    std::unique_ptr<std::uint8_t[]> room = std::make_unique<std::uint8_t[]>(messages * message_size);
};

void make_ready(copied& with) {
    for (std::size_t i = 0; i < messages; ++i) {
        with.data[i] = {with.room.get() + i * message_size, message_size};
        auto& header = with.in[i].msg_hdr;
        header = {};
        header.msg_iov = &with.data[i];
        header.msg_iovlen = 1;
        header.msg_control = with.told[i].raw.data();
        header.msg_controllen = with.told[i].raw.size();
    }
}

void send_on(copied& with, std::size_t count, int fd, udp::socket_address& to, socklen_t length) {
    for (std::size_t i = 0; i < count; ++i) {
        with.segment[i] = {};
        auto& came = with.in[i].msg_hdr;
        for (auto* given = CMSG_FIRSTHDR(&came); given != nullptr; given = CMSG_NXTHDR(&came, given)) {
            int size = 0;
            if (udp::read_control(*given, SOL_UDP, UDP_GRO, size))
                with.segment[i].add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(size));
        }
        with.data[i].iov_len = with.in[i].msg_len;
        auto& header = with.out[i].msg_hdr;
        header = {};
        header.msg_name = &to;
        header.msg_namelen = length;
        header.msg_iov = &with.data[i];
        header.msg_iovlen = 1;
        with.segment[i].attach_to(header);
    }
    for (std::size_t done = 0; done < count;) {
        const int sent = ::sendmmsg(fd, &with.out[done], static_cast<unsigned>(count - done), 0);
        done += sent > 0 ? static_cast<std::size_t>(sent) : 1;
    }
}

}  // namespace

int run_copy_loop(std::uint16_t port, std::uint16_t to) {
    auto in = udp::datagram_socket::open(port).value();
    auto out = udp::datagram_socket::open(0).value();
    in.coalesce_received();
    udp::socket_address where;
    const auto length = udp::write_address({ip_address::v4(INADDR_LOOPBACK), to}, out.has_v6(), where);
    copied with;
    for (;;) {
        pollfd polled{in.fd(), POLLIN, 0};
        (void)::poll(&polled, 1, -1);
        for (;;) {
            make_ready(with);
            const int came = ::recvmmsg(in.fd(), with.in.data(), messages, MSG_DONTWAIT, nullptr);
            if (came <= 0) break;
            send_on(with, static_cast<std::size_t>(came), out.fd(), where, length);
            if (static_cast<std::size_t>(came) < messages) break;
        }
    }
}

}  // namespace buri::bench
