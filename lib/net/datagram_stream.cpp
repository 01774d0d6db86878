#include "buri/net/datagram_stream.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace buri::net {
namespace {

constexpr std::size_t size_field = 4;

/// What a deadline cancels: the whole stream.
struct closing {
    byte_stream& stream;
    asio::any_io_executor get_executor() { return stream.get_executor(); }
    void cancel() { stream.close(); }
};

}  // namespace

datagram_stream::datagram_stream(std::unique_ptr<byte_stream> stream, limits most, bytes early)
    : stream_(std::move(stream)),
      most_(most),
      writer_wakes_(stream_->get_executor()),
      buffer_(std::move(early)),
      held_(buffer_.size()) {
    buffer_.resize(std::max(held_, most_.read));
}

asio::awaitable<error> datagram_stream::run_reader(std::function<void(byte_view)> take,
                                                   std::function<allowance()> allowed) {
    auto why = make_error(errc::cancelled);
    while (!closed_) {
        if (!take_all(take, allowed)) {
            why = make_error(errc::malformed, "the stream carries something else than datagrams");
            break;
        }
        if (closed_) break;
        const auto until = allowed().until;
        // What comes without a pause would be read before the deadline is looked at.
        if (until <= now()) {
            why = make_error(errc::timed_out);
            break;
        }
        const auto count = co_await stream_->async_read(byte_span(buffer_).subspan(held_), until);
        if (!count) {
            why = count.error();
            break;
        }
        held_ += *count;
    }
    close();
    co_return why;
}

bool datagram_stream::take_all(const std::function<void(byte_view)>& take, const std::function<allowance()>& allowed) {
    std::size_t taken = 0;
    while (!closed_ && held_ - taken >= size_field) {
        wire::reader in(byte_view(buffer_).subspan(taken, size_field));
        const std::size_t next = in.u32();
        if (next == 0 || next > allowed().largest) return false;
        if (held_ - taken < size_field + next) {
            buffer_.resize(std::max(buffer_.size(), size_field + next));
            break;
        }
        take(byte_view(buffer_).subspan(taken + size_field, next));
        taken += size_field + next;
    }
    const auto begin = buffer_.begin();
    std::copy(begin + std::ptrdiff_t(taken), begin + std::ptrdiff_t(held_), begin);
    held_ -= taken;
    return true;
}

asio::awaitable<void> datagram_stream::run_writer() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!closed_) {
        if (waiting_.empty()) {
            writer_wakes_.expires_at(asio::steady_timer::time_point::max());
            co_await writer_wakes_.async_wait(as_tuple);
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none) break;
            continue;
        }
        const auto written = co_await async_flush();
        if (!written) break;
    }
    close();
}

asio::awaitable<result<void>> datagram_stream::async_flush() {
    closing whole{*stream_};
    const bytes batch = std::exchange(waiting_, {});
    datagrams_waiting_ = 0;
    const deadline limit(whole, most_.write_patience ? now() + *most_.write_patience : never);
    auto written = co_await stream_->async_write(batch);
    co_return std::move(written);
}

bool datagram_stream::has_room(std::size_t datagram) const {
    return !closed_ && datagrams_waiting_ < most_.datagrams && waiting_.size() + size_field + datagram <= most_.bytes;
}

bool datagram_stream::send(byte_view datagram) {
    if (!has_room(datagram.size())) return false;
    wire::writer size;
    size.u32(static_cast<std::uint32_t>(datagram.size()));
    append(waiting_, size.data());
    append(waiting_, datagram);
    ++datagrams_waiting_;
    writer_wakes_.cancel();
    return true;
}

void datagram_stream::close() {
    if (std::exchange(closed_, true)) return;
    stream_->close();
    writer_wakes_.cancel();
}

}  // namespace buri::net
