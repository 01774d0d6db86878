#pragma once
// The ways for datagrams beside the node's socket, to receive from, as one descriptor that poll() sees. Several hundred at once cost
// no more than one while they are silent.
#include "buri/base/path_address.hpp"
#include "buri/dataplane/way.hpp"

#include <array>
#include <functional>
#include <unordered_map>

namespace buri::dataplane {

class channel_set {
public:
    /// `on_ended` is called for a stream that has ended and went away. Throws std::system_error if the process has no descriptor left.
    explicit channel_set(std::function<void(channel_id)> on_ended = [](channel_id) {});
    ~channel_set();
    channel_set(const channel_set&) = delete;
    channel_set& operator=(const channel_set&) = delete;

    /// Readable while one of them is.
    [[nodiscard]] int fd() const { return epoll_; }
    [[nodiscard]] std::size_t size() const { return channels_.size(); }

    /// False if the number is in use.
    bool add(channel_id channel, std::shared_ptr<way> to);
    void remove(channel_id channel);

    struct received {
        path_address from;
        std::size_t size = 0;
        std::optional<ip_address> to{};  ///< the own address that it came to; none from a stream
    };
    /// From those that are readable in turn; nothing if none is. A stream that has ended goes away.
    std::optional<received> receive(byte_span into);

private:
    bool find_readable();
    std::optional<received> receive_from(channel_id id, byte_span into);

    std::function<void(channel_id)> on_ended_;
    int epoll_ = -1;
    std::unordered_map<channel_id, std::shared_ptr<way>> channels_;
    std::array<channel_id, 64>
        readable_{};  ///< the first `readable_count_`; may name some that are gone or were emptied
    std::size_t readable_count_ = 0;
    std::size_t turn_ = 0;
};

}  // namespace buri::dataplane
