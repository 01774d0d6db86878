#include "buri/dataplane/channel_set.hpp"

#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace buri::dataplane {
namespace {

int fd_of(const std::variant<udp::datagram_socket, stream_end>& one) {
    return std::visit([](const auto& it) { return it.fd(); }, one);
}

}  // namespace

channel_set::channel_set() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

channel_set::~channel_set() {
    ::close(epoll_);
}

std::optional<channel_set::way> channel_set::open(const add_channel& what) {
    if (what.stream) return stream_end(what.fd, *what.stream);
    auto socket = udp::datagram_socket::adopt(what.fd);
    if (!socket) return std::nullopt;
    return std::move(*socket);
}

bool channel_set::add(const add_channel& what) {
    auto made = open(what);
    if (!made || what.channel == main_channel || channels_.contains(what.channel)) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = what.channel;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, what.fd, &event) != 0) return false;
    channels_.emplace(what.channel, std::move(*made));
    return true;
}

void channel_set::remove(channel_id channel) {
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    // Not left to close(): another process may have been given a copy of the descriptor.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd_of(found->second), nullptr);
    channels_.erase(found);
}

/// The kernel tells them in turn, so that none waits for ever when there are more than fit.
bool channel_set::find_readable() {
    std::array<epoll_event, std::tuple_size_v<decltype(readable_)>> events{};
    const auto count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    turn_ = 0;
    readable_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
    for (std::size_t i = 0; i < readable_count_; ++i)
        readable_[i] = events[i].data.u32;
    return readable_count_ > 0;
}

std::optional<channel_set::received> channel_set::receive(byte_span into) {
    if (channels_.empty()) return std::nullopt;
    if (readable_count_ == 0 && !find_readable()) return std::nullopt;
    while (readable_count_ > 0) {
        if (turn_ >= readable_count_) turn_ = 0;
        auto got = receive_from(readable_[turn_], into);
        if (got) {
            ++turn_;
            return got;
        }
        readable_[turn_] = readable_[--readable_count_];
    }
    return std::nullopt;
}

std::optional<channel_set::received> channel_set::receive_from(channel_id id, byte_span into) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) return std::nullopt;
    if (auto* socket = std::get_if<udp::datagram_socket>(&found->second)) {
        const auto got = socket->receive(into);
        if (!got) return std::nullopt;
        return received{{id, got->from}, got->size, got->to};
    }
    auto& stream = std::get<stream_end>(found->second);
    const auto size = stream.receive(into);
    if (size) return received{{id, stream.other_end()}, *size};
    if (stream.has_ended()) remove(id);
    return std::nullopt;
}

udp::send_outcome channel_set::send(const path_address& to, byte_view datagram, const udp::send_options& how) {
    const auto found = channels_.find(to.channel);
    if (found == channels_.end()) return udp::send_outcome::no_channel;
    if (auto* socket = std::get_if<udp::datagram_socket>(&found->second)) return socket->send(to.at, datagram, how);
    return std::get<stream_end>(found->second).send(datagram);
}

}  // namespace buri::dataplane
