#pragma once
// The ways for datagrams beside the node's socket, as one descriptor that poll() sees. Several hundred at once cost no
// more than one while they are silent.
#include "buri/dataplane/plane.hpp"
#include "buri/dataplane/stream_end.hpp"

#include <array>
#include <unordered_map>

namespace buri::dataplane {

class channel_set {
public:
    /// Throws std::system_error if the process has no descriptor left.
    channel_set();
    /// Closes every channel.
    ~channel_set();
    channel_set(const channel_set&) = delete;
    channel_set& operator=(const channel_set&) = delete;

    /// Readable while one of them is.
    [[nodiscard]] int fd() const { return epoll_; }
    [[nodiscard]] std::size_t size() const { return channels_.size(); }

    /// Takes the descriptor in any case. False, and closes it, if the number is in use or the descriptor is no socket for
    /// datagrams.
    bool add(const add_channel& what);
    void remove(channel_id channel);

    struct received {
        path_address from;
        std::size_t size = 0;
        std::optional<ip_address> to{};  ///< the own address that it came to; none from a stream
    };
    /// From those that are readable in turn; nothing if none is. A stream that has ended goes away.
    std::optional<received> receive(byte_span into);
    udp::send_outcome send(const path_address& to, byte_view datagram, const udp::send_options& how);

private:
    using way = std::variant<udp::datagram_socket, stream_end>;

    static std::optional<way> open(const add_channel& what);
    bool find_readable();
    std::optional<received> receive_from(channel_id id, byte_span into);

    int epoll_ = -1;
    std::unordered_map<channel_id, way> channels_;
    std::array<channel_id, 64>
        readable_{};  ///< the first `readable_count_`; may name some that are gone or were emptied
    std::size_t readable_count_ = 0;
    std::size_t turn_ = 0;
};

}  // namespace buri::dataplane
