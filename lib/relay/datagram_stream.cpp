#include "buri/relay/datagram_stream.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/tokens.hpp"
#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace buri::relay {
namespace {

constexpr std::size_t size_field = 4;
/// Datagrams are rarely larger than a packet; the buffer grows for those that are.
constexpr std::size_t usual_buffer = 8'192;

/// What net::deadline cancels: the whole stream.
struct closing {
    net::byte_stream& stream;
    asio::any_io_executor get_executor() { return stream.get_executor(); }
    void cancel() { stream.close(); }
};

}  // namespace

datagram_stream::datagram_stream(std::unique_ptr<net::byte_stream> stream)
    : stream_(std::move(stream)), writer_wakes_(stream_->get_executor()), buffer_(usual_buffer) {}

asio::awaitable<void> datagram_stream::run_reader(std::function<void(byte_view)> take,
                                                  std::function<allowance()> allowed) {
    std::size_t held = 0;
    while (!closed_) {
        const auto until = allowed().until;
        // What comes without a pause would be read before the deadline is looked at.
        if (until <= net::now()) break;
        const auto count = co_await stream_->async_read(byte_span(buffer_).subspan(held), until);
        if (!count) break;
        held += *count;
        const auto taken = take_all(held, take, allowed);
        if (!taken) break;
        std::copy(buffer_.begin() + std::ptrdiff_t(*taken), buffer_.begin() + std::ptrdiff_t(held), buffer_.begin());
        held -= *taken;
    }
    close();
}

std::optional<std::size_t> datagram_stream::take_all(std::size_t size, const std::function<void(byte_view)>& take,
                                                     const std::function<allowance()>& allowed) {
    std::size_t taken = 0;
    while (size - taken >= size_field) {
        wire::reader in(byte_view(buffer_).subspan(taken, size_field));
        const std::size_t next = in.u32();
        if (next == 0 || next > allowed().largest) return std::nullopt;
        if (size - taken < size_field + next) {
            buffer_.resize(std::max(buffer_.size(), size_field + next));
            break;
        }
        take(byte_view(buffer_).subspan(taken + size_field, next));
        taken += size_field + next;
    }
    return taken;
}

asio::awaitable<void> datagram_stream::run_writer() {
    co_await asio::this_coro::throw_if_cancelled(false);
    closing whole{*stream_};
    while (!closed_) {
        if (waiting_.empty()) {
            writer_wakes_.expires_at(asio::steady_timer::time_point::max());
            co_await writer_wakes_.async_wait(net::as_tuple);
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none) break;
            continue;
        }
        const bytes batch = std::exchange(waiting_, {});
        datagrams_waiting_ = 0;
        const net::deadline limit(whole, net::now() + write_patience);
        const auto written = co_await stream_->async_write(batch);
        if (!written) break;
    }
    close();
}

bool datagram_stream::send(byte_view datagram) {
    if (closed_ || datagrams_waiting_ >= max_waiting) return false;
    if (waiting_.size() + size_field + datagram.size() > max_waiting_bytes) return false;
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

}  // namespace buri::relay
