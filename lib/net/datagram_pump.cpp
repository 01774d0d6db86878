#include "buri/net/datagram_pump.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/relay_control.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace buri::net {
namespace {

constexpr std::size_t read_size = 4 + wire::max_framed_datagram;
/// What the kernel may keep unsent: the rest waits here, where it can be dropped.
constexpr int max_unsent = 64 << 10;
constexpr int local_buffer = static_cast<int>(datagram_pump::max_waiting);
constexpr auto gone = "the data plane has let go of the stream";

void set_option(int fd, int level, int name, int value) {
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

}  // namespace

result<std::unique_ptr<datagram_pump>> datagram_pump::make(std::unique_ptr<byte_stream> over, bytes early) {
    std::array<int, 2> pair{};
    // Sequenced packets: unlike datagrams they tell when the other end is gone.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return fail(errc::internal, "no local socket can be made; raise the limit of open files");
    for (const int fd : pair)
        set_option(fd, SOL_SOCKET, SO_SNDBUF, local_buffer);
    set_option(over->native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, max_unsent);
    asio::posix::stream_descriptor local(over->get_executor(), pair[0]);
    return std::unique_ptr<datagram_pump>(
        new datagram_pump(std::move(over), std::move(local), pair[1], std::move(early)));
}

datagram_pump::datagram_pump(std::unique_ptr<byte_stream> over, asio::posix::stream_descriptor local, int other,
                             bytes early)
    : stream_(std::move(over), {.bytes = max_waiting, .read = read_size}, std::move(early)),
      local_(std::move(local)),
      other_(other),
      buffer_(wire::max_framed_datagram) {}

datagram_pump::~datagram_pump() {
    if (other_ >= 0) ::close(other_);
}

int datagram_pump::take_descriptor() {
    return std::exchange(other_, -1);
}

asio::awaitable<error> datagram_pump::run(std::optional<duration> patience) {
    task_group both(local_.get_executor());
    both.spawn(run_in(patience));
    both.spawn(run_out());
    co_await both.join();
    co_return over_.value_or(make_error(errc::cancelled));
}

void datagram_pump::close() {
    end_with(make_error(errc::cancelled));
}

void datagram_pump::end_with(error why) {
    if (over_) return;
    over_ = std::move(why);
    stream_.close();
    asio::error_code ignored;
    local_.close(ignored);
}

/// What waits at the local end. What does not fit stays there, and once that is full the data plane drops. True if there was some.
bool datagram_pump::collect() {
    bool is_any = false;
    while (stream_.has_room(buffer_.size())) {
        const auto size = ::recv(local_.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (size <= 0) {
            end_with(make_error(errc::cancelled, gone));
            break;
        }
        is_any = stream_.send(byte_view(buffer_).first(static_cast<std::size_t>(size)));
    }
    return is_any;
}

asio::awaitable<void> datagram_pump::run_out() {
    while (!over_) {
        const auto [problem] = co_await local_.async_wait(asio::posix::stream_descriptor::wait_read, as_tuple);
        if (problem) co_return end_with(make_error(errc::cancelled));
        const bool is_any = collect();
        if (over_ || !is_any) continue;
        const auto written = co_await stream_.async_flush();
        if (!written) end_with(written.error());
    }
}

void datagram_pump::deliver(byte_view datagram) {
    const auto sent = ::send(local_.native_handle(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EPIPE) {
        end_with(make_error(errc::cancelled, gone));
    } else if (sent < 0) {
        ++dropped_;
    }
}

asio::awaitable<void> datagram_pump::run_in(std::optional<duration> patience) {
    const auto take = [this](byte_view datagram) { deliver(datagram); };
    const auto allowed = [patience]() -> datagram_stream::allowance {
        return {patience ? now() + *patience : never, wire::max_framed_datagram};
    };
    auto reading = stream_.run_reader(take, allowed);
    auto why = co_await std::move(reading);
    end_with(std::move(why));
}

}  // namespace buri::net
