#include "buri/dataplane/stream_end.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace buri::dataplane {

stream_end::stream_end(stream_end&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), other_end_(other.other_end_), has_ended_(other.has_ended_) {}

stream_end& stream_end::operator=(stream_end&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(other_end_, other.other_end_);
    std::swap(has_ended_, other.has_ended_);
    return *this;
}

stream_end::~stream_end() {
    if (fd_ >= 0) ::close(fd_);
}

/// An empty datagram reads like the end: the kernel tells which it was.
bool stream_end::is_closed_there() const {
    pollfd polled{fd_, POLLRDHUP, 0};
    return ::poll(&polled, 1, 0) == 1;
}

std::optional<std::size_t> stream_end::receive(byte_span into) {
    const auto size = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size > 0 && static_cast<std::size_t>(size) <= into.size()) return static_cast<std::size_t>(size);
    const bool is_empty = size < 0 && (errno == EAGAIN || errno == EINTR);
    if (size <= 0 && !is_empty) has_ended_ = size < 0 || is_closed_there();
    return std::nullopt;
}

udp::send_outcome stream_end::send(byte_view datagram) {
    if (::send(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return udp::send_outcome::taken;
    if (errno == EMSGSIZE) return udp::send_outcome::too_large;
    if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR || errno == ENOMEM) return udp::send_outcome::not_taken;
    return udp::send_outcome::no_channel;
}

}  // namespace buri::dataplane
