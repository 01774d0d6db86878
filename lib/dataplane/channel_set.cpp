#include "buri/dataplane/channel_set.hpp"

#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace buri::dataplane {
channel_set::channel_set(std::function<void(channel_id)> on_ended)
    : on_ended_(std::move(on_ended)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

channel_set::~channel_set() {
    ::close(epoll_);
}

bool channel_set::add(channel_id channel, std::shared_ptr<way> to) {
    if (channel == main_channel || channels_.contains(channel)) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = channel;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_of(*to), &event) != 0) return false;
    channels_.emplace(channel, std::move(to));
    return true;
}

void channel_set::remove(channel_id channel) {
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    // Not left to close(): another process may have been given a copy of the descriptor.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd_of(*found->second), nullptr);
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
    if (auto* socket = std::get_if<udp::datagram_socket>(found->second.get())) {
        const auto got = socket->receive(into);
        if (!got) return std::nullopt;
        return received{{id, got->from}, got->size, got->to};
    }
    auto& stream = std::get<stream_end>(*found->second);
    const auto size = stream.receive(into);
    if (size) return received{{id, stream.other_end()}, *size};
    if (stream.has_ended()) {
        remove(id);
        on_ended_(id);
    }
    return std::nullopt;
}

}  // namespace buri::dataplane
