#include "buri/dataplane/udp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

namespace buri::dataplane {
namespace {

/// The default holds a few milliseconds of a fast link only.
constexpr int buffer_size = 8 << 20;

/// Errors that ICMP left on the socket are taken off one at a time; more than these in a row wait for the next wake-up.
constexpr int max_pending_errors = 16;

union any_address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

std::uint16_t swap_port(std::uint16_t port) {
    return htons(port);
}

/// Nothing if a socket of this family cannot reach it.
socklen_t write_address(const endpoint& to, bool v6_socket, any_address& out) {
    std::memset(&out, 0, sizeof out);
    if (v6_socket) {
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = swap_port(to.port);
        std::ranges::copy(to.address.v6_bytes(), std::begin(out.v6.sin6_addr.s6_addr));
        return sizeof out.v6;
    }
    if (!to.address.is_v4()) return 0;
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = swap_port(to.port);
    out.v4.sin_addr.s_addr = htonl(to.address.v4_value());
    return sizeof out.v4;
}

endpoint read_address(const any_address& from) {
    if (from.any.sa_family == AF_INET) {
        return {ip_address::v4(ntohl(from.v4.sin_addr.s_addr)), ntohs(from.v4.sin_port)};
    }
    std::array<std::uint8_t, 16> raw{};
    std::ranges::copy(from.v6.sin6_addr.s6_addr, raw.begin());
    return {ip_address::v6(raw), ntohs(from.v6.sin6_port)};
}

void set_option(int fd, int level, int name, int value) {
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

void set_buffer(int fd, int forced, int polite) {
    const int size = buffer_size;
    if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) != 0) set_option(fd, SOL_SOCKET, polite, size);
}

/// Datagrams may be fragmented on the way: a tunnel that is slow through a narrow link is better than none.
void set_options(int fd, bool v6_socket) {
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    if (v6_socket) set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
}

/// What ICMP says about an earlier send, to whichever peer: it must not end the reading from all the others.
bool is_from_icmp(int code) {
    return code == ECONNREFUSED || code == EHOSTUNREACH || code == ENETUNREACH || code == EHOSTDOWN ||
           code == ENETDOWN || code == ECONNRESET || code == EPROTO || code == ENOPROTOOPT || code == EMSGSIZE ||
           code == EOPNOTSUPP || code == EACCES || code == EPERM || code == EINTR;
}

error open_error(std::uint16_t port, int code) {
    const auto name = "UDP port " + std::to_string(port);
    if (code == EADDRINUSE) {
        return make_error(errc::port_in_use,
                          name +
                              " is used by another program; stop that program, or set another 'port' in the "
                              "configuration ('port = 0' lets the node choose a free one)");
    }
    if (code == EACCES || code == EPERM) {
        return make_error(errc::permission,
                          name +
                              " needs root or CAP_NET_BIND_SERVICE; choose a port above 1023 ('port = 0' "
                              "lets the node choose one)");
    }
    return make_error(errc::internal, name + " cannot be opened: " + std::generic_category().message(code));
}

struct closing_fd {
    int fd = -1;
    explicit closing_fd(int opened) : fd(opened) {}
    closing_fd(const closing_fd&) = delete;
    closing_fd& operator=(const closing_fd&) = delete;
    ~closing_fd() {
        if (fd >= 0) ::close(fd);
    }
    int release() { return std::exchange(fd, -1); }
};

}  // namespace

result<udp_socket> udp_socket::open(std::uint16_t port) {
    constexpr int type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    bool v6 = true;
    closing_fd made(::socket(AF_INET6, type, 0));
    if (made.fd >= 0) {
        set_option(made.fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    } else if (errno == EAFNOSUPPORT) {
        v6 = false;
        made.fd = ::socket(AF_INET, type, 0);
    }
    if (made.fd < 0) return fail(open_error(port, errno));
    set_options(made.fd, v6);

    any_address local;
    const endpoint anywhere{v6 ? ip_address::v6({}) : ip_address(), port};
    const auto length = write_address(anywhere, v6, local);
    if (::bind(made.fd, &local.any, length) != 0) return fail(open_error(port, errno));
    auto bound_length = static_cast<socklen_t>(sizeof local);
    if (::getsockname(made.fd, &local.any, &bound_length) != 0) return fail(open_error(port, errno));
    return udp_socket(made.release(), read_address(local).port, v6);
}

udp_socket::udp_socket(udp_socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_), has_v6_(other.has_v6_) {}

udp_socket& udp_socket::operator=(udp_socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(port_, other.port_);
    std::swap(has_v6_, other.has_v6_);
    return *this;
}

udp_socket::~udp_socket() {
    if (fd_ >= 0) ::close(fd_);
}

std::optional<udp_socket::received> udp_socket::receive(byte_span into) {
    for (int errors = 0; errors < max_pending_errors;) {
        any_address from;
        auto length = static_cast<socklen_t>(sizeof from);
        const auto size = ::recvfrom(fd_, into.data(), into.size(), MSG_DONTWAIT | MSG_TRUNC, &from.any, &length);
        if (size < 0) {
            if (!is_from_icmp(errno)) return std::nullopt;
            ++errors;
        } else if (static_cast<std::size_t>(size) > into.size()) {
            ++errors;
        } else {
            return received{read_address(from), static_cast<std::size_t>(size)};
        }
    }
    return std::nullopt;
}

bool udp_socket::send(const endpoint& to, byte_view datagram) {
    any_address address;
    const auto length = write_address(to, has_v6_, address);
    if (length == 0) return false;
    // A first failure may be an earlier datagram's, reported by ICMP; the second is this one's own.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto sent =
            ::sendto(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL, &address.any, length);
        if (sent >= 0) return true;
        if (!is_from_icmp(errno)) return false;
    }
    return false;
}

}  // namespace buri::dataplane
