#include "buri/relay/udp_port.hpp"

#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"

#include <asio/ip/v6_only.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace buri::relay {
namespace {

constexpr std::size_t largest_datagram = 65'536;
constexpr int buffer_size = 8 << 20;
constexpr std::size_t control_size = CMSG_SPACE(sizeof(in6_pktinfo));

union any_address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

ip_address from_v4(const in_addr& raw) {
    return ip_address::v4(ntohl(raw.s_addr));
}
ip_address from_v6(const in6_addr& raw) {
    std::array<std::uint8_t, 16> out{};
    std::ranges::copy(raw.s6_addr, out.begin());
    return ip_address::v6(out);
}
endpoint from_raw(const any_address& raw) {
    if (raw.any.sa_family == AF_INET) return {from_v4(raw.v4.sin_addr), ntohs(raw.v4.sin_port)};
    return {from_v6(raw.v6.sin6_addr), ntohs(raw.v6.sin6_port)};
}
in_addr to_v4(const ip_address& address) {
    return {htonl(address.v4_value())};
}
in6_addr to_v6(const ip_address& address) {
    in6_addr out{};
    std::ranges::copy(address.v6_bytes(), out.s6_addr);
    return out;
}
socklen_t to_raw(const endpoint& where, any_address& out) {
    std::memset(&out, 0, sizeof out);
    if (where.address.is_v4()) {
        out.v4.sin_family = AF_INET;
        out.v4.sin_port = htons(where.port);
        out.v4.sin_addr = to_v4(where.address);
        return sizeof out.v4;
    }
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(where.port);
    out.v6.sin6_addr = to_v6(where.address);
    return sizeof out.v6;
}

/// One message of a batch: its address, its local address, its bytes.
struct message {
    any_address other{};
    alignas(cmsghdr) std::array<char, control_size> control{};
    iovec data{};
};

template <typename Info>
void put_control(msghdr& header, int level, int type, const Info& info) {
    header.msg_controllen = CMSG_SPACE(sizeof info);
    auto* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(control), &info, sizeof info);
}

void put_source(msghdr& header, const ip_address& from) {
    if (from.is_v4()) {
        in_pktinfo info{};
        info.ipi_spec_dst = to_v4(from);
        put_control(header, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        info.ipi6_addr = to_v6(from);
        put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

/// Unspecified if the kernel did not tell.
ip_address get_destination(msghdr& header) {
    for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            return from_v4(info.ipi_spec_dst);
        }
        if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            return from_v6(info.ipi6_addr);
        }
    }
    return {};
}

void set_option(int fd, int level, int name, int value) {
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}
void set_buffer(int fd, int forced, int polite) {
    const int size = buffer_size;
    if (::setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) != 0) set_option(fd, SOL_SOCKET, polite, size);
}

/// A relay's datagrams may be fragmented on the way, as a node's own.
void set_options(int fd, bool is_v4) {
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    if (is_v4) {
        set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
        set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    } else {
        set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
    }
}

}  // namespace

struct udp_port::buffers {
    std::vector<std::uint8_t> room = std::vector<std::uint8_t>(batch * largest_datagram);
    std::array<message, batch> in;
    std::array<mmsghdr, batch> in_headers{};
    std::vector<datagram> received;

    std::array<message, batch> out;
    std::array<mmsghdr, batch> out_headers{};
    std::array<kind, batch> out_kinds{};
    std::size_t out_count = 0;
};

udp_port::udp_port(asio::ip::udp::socket socket, const endpoint& local)
    : socket_(std::move(socket)), local_(local), buffers_(std::make_unique<buffers>()) {}
udp_port::udp_port(udp_port&&) noexcept = default;
udp_port& udp_port::operator=(udp_port&&) noexcept = default;
udp_port::~udp_port() = default;

result<udp_port> udp_port::open(const asio::any_io_executor& executor, const endpoint& local) {
    const asio::ip::udp::endpoint where(net::to_asio(local.address), local.port);
    asio::ip::udp::socket socket(executor);
    asio::error_code problem;
    socket.open(where.protocol(), problem);
    if (!problem && !local.address.is_v4()) socket.set_option(asio::ip::v6_only(true), problem);
    if (!problem) set_options(socket.native_handle(), local.address.is_v4());
    if (!problem) socket.bind(where, problem);
    if (!problem) socket.non_blocking(true, problem);
    if (problem) return fail(net::listen_error("UDP", local, problem));
    const auto port = socket.local_endpoint(problem).port();
    return udp_port(std::move(socket), {local.address, port});
}

asio::awaitable<bool> udp_port::async_wait() {
    const auto [problem] = co_await socket_.async_wait(asio::ip::udp::socket::wait_read, net::as_tuple);
    co_return !problem;
}

std::span<const udp_port::datagram> udp_port::receive() {
    auto& has = *buffers_;
    for (std::size_t i = 0; i < batch; ++i) {
        auto& message = has.in[i];
        message.data = {has.room.data() + i * largest_datagram, largest_datagram};
        auto& header = has.in_headers[i].msg_hdr;
        header = {};
        header.msg_name = &message.other;
        header.msg_namelen = sizeof message.other;
        header.msg_iov = &message.data;
        header.msg_iovlen = 1;
        header.msg_control = message.control.data();
        header.msg_controllen = message.control.size();
    }
    has.received.clear();
    const auto count = ::recvmmsg(socket_.native_handle(), has.in_headers.data(), batch, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
        auto& header = has.in_headers[i].msg_hdr;
        const auto from = from_raw(has.in[i].other);
        const auto to = get_destination(header);
        // A link-local address says nothing without its interface.
        if (to.is_unspecified() || from.port == 0 || (!from.address.is_v4() && from.address.is_link_local())) continue;
        has.received.push_back(
            {from, to, byte_view(has.room).subspan(i * largest_datagram, has.in_headers[i].msg_len)});
    }
    return has.received;
}

void udp_port::send(const ip_address& from, const endpoint& to, byte_view data, kind what) {
    auto& has = *buffers_;
    if (has.out_count == batch) flush();
    const auto i = has.out_count++;
    auto& message = has.out[i];
    // sendmmsg() does not write there; iovec is shared with reading, which does.
    message.data = {const_cast<std::uint8_t*>(data.data()), data.size()};
    auto& header = has.out_headers[i].msg_hdr;
    header = {};
    header.msg_name = &message.other;
    header.msg_namelen = to_raw(to, message.other);
    header.msg_iov = &message.data;
    header.msg_iovlen = 1;
    header.msg_control = message.control.data();
    header.msg_controllen = message.control.size();
    put_source(header, from);
    has.out_kinds[i] = what;
}

void udp_port::flush() {
    auto& has = *buffers_;
    const auto unsent = [&](std::size_t i) {
        if (has.out_kinds[i] == kind::forwarded) on_unsent(has.out[i].data.iov_len);
    };
    std::size_t done = 0;
    while (done < has.out_count) {
        const auto left = static_cast<unsigned>(has.out_count - done);
        const auto sent =
            ::sendmmsg(socket_.native_handle(), &has.out_headers[done], left, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            done += static_cast<std::size_t>(sent);
            continue;
        }
        if (errno == EINTR) continue;
        // The first one was not taken: a full buffer refuses the others as well, anything else is about this one.
        const auto refused = errno == EAGAIN || errno == ENOBUFS ? has.out_count : done + 1;
        for (; done < refused; ++done)
            unsent(done);
    }
    has.out_count = 0;
}

}  // namespace buri::relay
