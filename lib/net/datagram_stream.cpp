#include "buri/net/datagram_stream.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/relay_control.hpp"
#include "buri/wire/writer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

namespace buri::net {
namespace {

constexpr std::size_t header_size = 4;
/// What the kernel may keep unsent: the rest waits here, where it can be dropped.
constexpr int max_unsent = 64 << 10;
constexpr int local_buffer = static_cast<int>(datagram_stream::max_waiting);

void set_option(int fd, int level, int name, int value) {
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

std::size_t size_at(byte_view frame) {
    return (std::size_t{frame[0]} << 24U) | (std::size_t{frame[1]} << 16U) | (std::size_t{frame[2]} << 8U) | frame[3];
}

bool is_size(std::size_t size) {
    return size != 0 && size <= wire::max_framed_datagram;
}

}  // namespace

result<std::unique_ptr<datagram_stream>> datagram_stream::make(std::unique_ptr<byte_stream> over, bytes early) {
    std::array<int, 2> pair{};
    // Sequenced packets: unlike datagrams they tell when the other end is gone.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return fail(errc::internal, "no local socket can be made; raise the limit of open files");
    for (const int fd : pair)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, local_buffer);
    set_option(over->native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, max_unsent);
    asio::posix::stream_descriptor local(over->get_executor(), pair[0]);
    return std::unique_ptr<datagram_stream>(
        new datagram_stream(std::move(over), std::move(local), pair[1], std::move(early)));
}

datagram_stream::datagram_stream(std::unique_ptr<byte_stream> over, asio::posix::stream_descriptor local, int other,
                                 bytes early)
    : stream_(std::move(over)),
      local_(std::move(local)),
      other_(other),
      in_(std::move(early)),
      buffer_(wire::max_framed_datagram) {}

datagram_stream::~datagram_stream() {
    if (other_ >= 0) ::close(other_);
}

int datagram_stream::take_descriptor() {
    return std::exchange(other_, -1);
}

asio::awaitable<error> datagram_stream::run(std::optional<duration> patience) {
    task_group both(stream_->get_executor());
    both.spawn(run_in(patience));
    both.spawn(run_out());
    co_await both.join();
    co_return over_.value_or(make_error(errc::cancelled));
}

void datagram_stream::close() {
    end_with(make_error(errc::cancelled));
}

void datagram_stream::end_with(error why) {
    if (over_) return;
    over_ = std::move(why);
    stream_->close();
    asio::error_code ignored;
    local_.close(ignored);
}

/// What waits at the local end. What does not fit stays there, and once that is full the data plane drops.
void datagram_stream::collect() {
    while (!over_ && waiting_.size() + header_size + buffer_.size() <= max_waiting) {
        const auto size = ::recv(local_.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (size <= 0) return end_with(make_error(errc::cancelled, "the data plane has let go of the stream"));
        const auto datagram = byte_view(buffer_).first(static_cast<std::size_t>(size));
        wire::writer header;
        header.u32(static_cast<std::uint32_t>(datagram.size()));
        append(waiting_, header.data());
        append(waiting_, datagram);
    }
}

asio::awaitable<void> datagram_stream::run_out() {
    while (!over_) {
        const auto [problem] = co_await local_.async_wait(asio::posix::stream_descriptor::wait_read, as_tuple);
        if (problem) co_return end_with(make_error(errc::cancelled));
        collect();
        if (over_ || waiting_.empty()) continue;
        const bytes batch = std::exchange(waiting_, {});
        const auto written = co_await stream_->async_write(batch);
        if (!written) end_with(written.error());
    }
}

/// Whole datagrams of in_ to the local end. False if the stream does not carry datagrams.
bool datagram_stream::deliver() {
    byte_view rest = in_;
    while (rest.size() >= header_size) {
        const auto size = size_at(rest);
        if (!is_size(size)) return false;
        if (rest.size() < header_size + size) break;
        const auto datagram = rest.subspan(header_size, size);
        const auto sent = ::send(local_.native_handle(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EPIPE) {
            end_with(make_error(errc::cancelled, "the data plane has let go of the stream"));
            return true;
        }
        if (sent < 0) ++dropped_;
        rest = rest.subspan(header_size + size);
    }
    in_.erase(in_.begin(), in_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return true;
}

asio::awaitable<void> datagram_stream::run_in(std::optional<duration> patience) {
    bytes buffer(wire::max_framed_datagram + header_size);
    while (!over_) {
        if (!deliver())
            co_return end_with(make_error(errc::malformed, "the stream carries something else than datagrams"));
        if (over_) co_return;
        const auto until = patience ? now() + *patience : never;
        const auto count = co_await stream_->async_read(buffer, until);
        if (!count) co_return end_with(count.error());
        append(in_, std::span(buffer).first(*count));
    }
}

}  // namespace buri::net
