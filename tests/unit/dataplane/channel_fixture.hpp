#pragma once
// Descriptors as control opens them for the data plane.
#include "buri/dataplane/channel_set.hpp"
#include "tests/unit/dataplane/plane_fixture.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

namespace buri::test {

inline const endpoint loopback_endpoint{loopback, 4000};

inline bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

/// The two threads of a plane let go of it one after the other.
inline bool is_closed_soon(int fd) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (is_open(fd) && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    return !is_open(fd);
}

/// A UDP socket on 127.0.0.1 that belongs to whom it is given.
struct bound_socket {
    bound_socket() : fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in local{};
        local.sin_family = AF_INET;
        local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof local;
        auto* const any = reinterpret_cast<sockaddr*>(&local);
        if (::bind(fd, any, length) != 0 || ::getsockname(fd, any, &length) != 0) throw std::runtime_error("bind");
        where = {loopback, ntohs(local.sin_port)};
    }
    int fd;
    endpoint where;
};

/// A set as the data plane's two threads have it: what the set has let go of is closed.
class open_channels : public dataplane::channel_set {
public:
    bool add(const dataplane::add_channel& what) {
        auto opened = dataplane::open_way(what.fd, what.stream);
        const std::weak_ptr<dataplane::way> seen = opened;
        if (!opened || !channel_set::add(what.channel, std::move(opened))) return false;
        ways_[what.channel] = seen;
        return true;
    }
    udp::send_outcome send(const path_address& to, byte_view datagram, const udp::send_options& how) {
        const auto found = ways_.find(to.channel);
        const auto through = found == ways_.end() ? nullptr : found->second.lock();
        return through ? dataplane::send(*through, to.at, datagram, how) : udp::send_outcome::no_channel;
    }

private:
    std::map<channel_id, std::weak_ptr<dataplane::way>> ways_;
};

/// `mine` belongs to whom it is given; the other end is the stream's.
struct stream_pair {
    stream_pair() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("pair");
        mine = ends[0];
        theirs = ends[1];
    }
    ~stream_pair() { close_theirs(); }
    stream_pair(const stream_pair&) = delete;
    stream_pair& operator=(const stream_pair&) = delete;

    void close_theirs() {
        const int fd = std::exchange(theirs, -1);
        if (fd >= 0) ::close(fd);
    }
    [[nodiscard]] bool send(byte_view datagram) const {
        return ::send(theirs, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
    }
    /// Empty if none comes in time.
    [[nodiscard]] bytes receive() const {
        pollfd polled{theirs, POLLIN, 0};
        if (::poll(&polled, 1, 10'000) != 1) return {};
        bytes out(65536);
        const auto size = ::recv(theirs, out.data(), out.size(), 0);
        out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return out;
    }

    int mine = -1;
    int theirs = -1;
};

}  // namespace buri::test
