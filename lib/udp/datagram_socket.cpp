#include "buri/udp/datagram_socket.hpp"

#include "buri/udp/control_data.hpp"
#include "buri/udp/packet_info.hpp"
#include "buri/udp/socket_address.hpp"
#include "buri/udp/socket_errors.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace buri::udp {
namespace {

/// The default holds a few milliseconds of a fast link only.
constexpr int buffer_size = 8 << 20;

void set_option(int fd, int level, int name, int value) {
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

void set_buffer(int fd, int forced, int polite) {
    const int size = buffer_size;
    if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) != 0) set_option(fd, SOL_SOCKET, polite, size);
}

/// Whether a datagram may be fragmented, here and on the way. IP_PMTUDISC_… and IPV6_PMTUDISC_… have the same values.
void set_fragmenting(int fd, bool v6_packets, int how) {
    static_assert(IP_PMTUDISC_DONT == IPV6_PMTUDISC_DONT && IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE);
    if (v6_packets) set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, how);
    if (!v6_packets) set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, how);
}

/// The next datagrams leave in one piece, up to the size of the next link, whatever is known of the links behind it.
class in_one_piece {
public:
    in_one_piece(int fd, bool v6_packets) : fd_(fd), v6_packets_(v6_packets) {
        set_fragmenting(fd_, v6_packets_, IP_PMTUDISC_PROBE);
    }
    ~in_one_piece() { set_fragmenting(fd_, v6_packets_, IP_PMTUDISC_DONT); }
    in_one_piece(const in_one_piece&) = delete;
    in_one_piece& operator=(const in_one_piece&) = delete;

private:
    int fd_;
    bool v6_packets_;
};

/// Datagrams may be fragmented on the way: a tunnel that is slow through a narrow link is better than none.
void set_options(int fd, bool v6_socket) {
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    set_fragmenting(fd, false, IP_PMTUDISC_DONT);
    if (v6_socket) set_fragmenting(fd, true, IP_PMTUDISC_DONT);
    if (v6_socket) set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    if (!v6_socket) set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

control_data control_for(const endpoint& to, const send_options& how) {
    control_data out;
    const bool v4 = to.address.is_v4();
    add_source(out, to, how.from);
    if (how.ttl) {
        const int hops = *how.ttl;
        if (v4) out.add(IPPROTO_IP, IP_TTL, hops);
        if (!v4) out.add(IPPROTO_IPV6, IPV6_HOPLIMIT, hops);
    }
    return out;
}

std::optional<ip_address> own_address(msghdr& message) {
    for (auto* given = CMSG_FIRSTHDR(&message); given != nullptr; given = CMSG_NXTHDR(&message, given)) {
        if (const auto own = read_own_address(*given)) return own;
    }
    return std::nullopt;
}

/// Nothing if the kernel does not know the option.
std::optional<int> option_of(int fd, int level, int name) {
    int value = 0;
    auto length = static_cast<socklen_t>(sizeof value);
    if (::getsockopt(fd, level, name, &value, &length) != 0) return std::nullopt;
    return value;
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

result<datagram_socket> datagram_socket::open(std::uint16_t port) {
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

    socket_address local;
    const endpoint anywhere{v6 ? ip_address::v6({}) : ip_address(), port};
    const auto length = write_address(anywhere, v6, local);
    if (::bind(made.fd, &local.any, length) != 0) return fail(open_error(port, errno));
    auto bound_length = static_cast<socklen_t>(sizeof local);
    if (::getsockname(made.fd, &local.any, &bound_length) != 0) return fail(open_error(port, errno));
    return datagram_socket(made.release(), read_address(local).port, v6);
}

std::optional<datagram_socket> datagram_socket::adopt(int fd) {
    closing_fd taken(fd);
    int type = 0;
    auto length = static_cast<socklen_t>(sizeof type);
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM) return std::nullopt;
    socket_address local{};
    length = sizeof local;
    if (::getsockname(fd, &local.any, &length) != 0) return std::nullopt;
    const bool v6 = local.any.sa_family == AF_INET6;
    if (!v6 && local.any.sa_family != AF_INET) return std::nullopt;
    set_options(fd, v6);
    return datagram_socket(taken.release(), read_address(local).port, v6);
}

datagram_socket::datagram_socket(int fd, std::uint16_t port, bool has_v6)
    : fd_(fd), port_(port), has_v6_(has_v6), segmenting_(option_of(fd, SOL_UDP, UDP_SEGMENT).has_value()) {}

datagram_socket::datagram_socket(datagram_socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      port_(other.port_),
      has_v6_(other.has_v6_),
      coalesces_(other.coalesces_),
      segmenting_(other.segmenting_) {}

datagram_socket& datagram_socket::operator=(datagram_socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(port_, other.port_);
    std::swap(has_v6_, other.has_v6_);
    std::swap(coalesces_, other.coalesces_);
    std::swap(segmenting_, other.segmenting_);
    return *this;
}

datagram_socket::~datagram_socket() {
    if (fd_ >= 0) ::close(fd_);
}

bool datagram_socket::coalesce_received() {
    set_option(fd_, SOL_UDP, UDP_GRO, 1);
    // Before Linux 5.12 it cannot be read back, and did not always work.
    coalesces_ = option_of(fd_, SOL_UDP, UDP_GRO) == 1;
    return coalesces_;
}

std::size_t datagram_socket::receive_buffer() const {
    return static_cast<std::size_t>(std::max(0, option_of(fd_, SOL_SOCKET, SO_RCVBUF).value_or(0)));
}

std::optional<datagram_socket::received> datagram_socket::receive(byte_span into) {
    for (int errors = 0; errors < max_pending_errors;) {
        socket_address from;
        alignas(cmsghdr) std::array<unsigned char, control_data::capacity> control;
        iovec part{into.data(), into.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto size = ::recvmsg(fd_, &message, MSG_DONTWAIT | MSG_TRUNC);
        if (size < 0) {
            if (!is_from_icmp(errno)) return std::nullopt;
            ++errors;
        } else if (static_cast<std::size_t>(size) > into.size()) {
            ++errors;
        } else {
            return received{read_address(from), static_cast<std::size_t>(size), own_address(message)};
        }
    }
    return std::nullopt;
}

send_outcome datagram_socket::send(const endpoint& to, byte_view datagram, const send_options& how) {
    if (!how.dont_fragment) return send_now(to, datagram, how);
    const in_one_piece now(fd_, !to.address.is_v4());
    return send_now(to, datagram, how);
}

send_outcome datagram_socket::send_now(const endpoint& to, byte_view datagram, const send_options& how) {
    socket_address address;
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = write_address(to, has_v6_, address);
    if (message.msg_namelen == 0) return send_outcome::not_taken;
    // The kernel only reads it.
    iovec part{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};  // NOLINT(*-const-cast)
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    auto control = control_for(to, how);
    control.attach_to(message);
    // A first failure may be an earlier datagram's, reported by ICMP; the second is this one's own.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return send_outcome::taken;
        if (!is_from_icmp(errno)) break;
    }
    if (errno == EMSGSIZE) return send_outcome::too_large;
    return how.from && is_about_source(errno) ? send_outcome::no_source : send_outcome::not_taken;
}

}  // namespace buri::udp
