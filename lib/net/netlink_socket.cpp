#include "buri/net/netlink_socket.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace buri::net {
namespace {

/// The kernel makes no piece of a dump larger than this.
constexpr std::size_t buffer_size = 65536;

sockaddr_nl kernel_address(unsigned groups) {
    sockaddr_nl out{};
    out.nl_family = AF_NETLINK;
    out.nl_groups = groups;
    return out;
}

}  // namespace

result<netlink_socket> netlink_socket::open(unsigned groups) {
    netlink_socket made(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const auto address = kernel_address(groups);
    const timeval patience{2, 0};
    if (made.fd_ < 0 || ::bind(made.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::setsockopt(made.fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
        return fail(errc::internal,
                    "the kernel's routing socket cannot be opened: " + std::generic_category().message(errno));
    }
    made.buffer_.resize(buffer_size);
    return made;
}

netlink_socket::netlink_socket(netlink_socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), sequence_(other.sequence_), buffer_(std::move(other.buffer_)) {}

netlink_socket& netlink_socket::operator=(netlink_socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(sequence_, other.sequence_);
    std::swap(buffer_, other.buffer_);
    return *this;
}

netlink_socket::~netlink_socket() {
    if (fd_ >= 0) ::close(fd_);
}

int netlink_socket::ask(netlink_request& request) {
    return dump(request, [](const netlink_message&) {});
}

int netlink_socket::dump(netlink_request& request, const std::function<void(const netlink_message&)>& each) {
    const auto message = request.finish(++sequence_);
    if (::send(fd_, message.data(), message.size(), 0) < 0) return errno;
    for (;;) {
        const auto size = receive(0);
        if (size < 0) return -size;
        const auto answer = read_answers(byte_view(buffer_).first(static_cast<std::size_t>(size)), each);
        if (answer) return *answer;
    }
}

std::optional<int> netlink_socket::read_answers(byte_view received,
                                                const std::function<void(const netlink_message&)>& each) const {
    while (const auto message = next_message(received)) {
        if (message->sequence != sequence_) continue;
        if (message->type == NLMSG_DONE) return 0;
        if (message->type == NLMSG_ERROR) return -number_in<int>(message->body);
        each(*message);
    }
    return std::nullopt;
}

bool netlink_socket::drain() {
    bool changed = false;
    for (;;) {
        const auto size = receive(MSG_DONTWAIT);
        if (size == -EAGAIN || (size < 0 && size != -ENOBUFS)) return changed;
        changed = true;
    }
}

int netlink_socket::receive(int flags) {
    for (;;) {
        sockaddr_nl from{};
        auto length = static_cast<socklen_t>(sizeof from);
        const auto size =
            ::recvfrom(fd_, buffer_.data(), buffer_.size(), flags, reinterpret_cast<sockaddr*>(&from), &length);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return -errno;
        if (from.nl_pid == 0) return static_cast<int>(size);
    }
}

}  // namespace buri::net
