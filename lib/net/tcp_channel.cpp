#include "buri/net/tcp_channel.hpp"

#include "buri/net/deadline.hpp"
#include "buri/net/name_lookup.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/this_coro.hpp>
#include <asio/write.hpp>

namespace buri::net {

endpoint to_endpoint(const asio::ip::tcp::endpoint& from) {
    const auto address = from.address();
    if (address.is_v4()) return {ip_address::v4(address.to_v4().to_uint()), from.port()};
    return {ip_address::v6(address.to_v6().to_bytes()), from.port()};
}

asio::ip::address to_asio(const ip_address& from) {
    if (from.is_v4()) return asio::ip::address_v4(from.v4_value());
    return asio::ip::address_v6(from.v6_bytes());
}

tcp_channel::tcp_channel(asio::ip::tcp::socket connected, std::size_t max_queued)
    : socket_(std::move(connected)), writer_wakes_(socket_.get_executor()), max_queued_(max_queued) {
    asio::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    const auto other = socket_.remote_endpoint(ignored);
    if (!ignored) remote_ = to_endpoint(other);
}

asio::awaitable<result<std::size_t>> tcp_channel::async_read(byte_span into, time_point deadline_at) {
    const auto room = asio::buffer(into.data(), into.size());
    const deadline limit(socket_, deadline_at);
    const auto [problem, count] = co_await socket_.async_read_some(room, as_tuple);
    if (!problem) co_return count;
    if (limit.was_hit()) co_return fail(errc::timed_out);
    co_return fail(errc::server_closed, "the connection ended: " + problem.message());
}

bool tcp_channel::send(byte_view data) {
    if (closed_) return false;
    if (queue_.size() + data.size() > max_queued_) {
        close();
        return false;
    }
    append(queue_, data);
    wake();
    return true;
}

asio::awaitable<void> tcp_channel::run_writer() {
    while (!closed_) {
        if (queue_.empty()) {
            if (finishing_) break;
            writer_wakes_.expires_at(asio::steady_timer::time_point::max());
            co_await writer_wakes_.async_wait(as_tuple);
            continue;
        }
        const bytes batch = std::exchange(queue_, {});
        const auto all = asio::buffer(batch);
        const deadline limit(socket_, now() + std::chrono::seconds(30));
        const auto [problem, count] = co_await asio::async_write(socket_, all, as_tuple);
        if (problem) close();
    }
    asio::error_code ignored;
    if (!closed_) socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void tcp_channel::finish() {
    finishing_ = true;
    wake();
}

void tcp_channel::close() {
    if (std::exchange(closed_, true)) return;
    asio::error_code ignored;
    socket_.close(ignored);
    wake();
}

void tcp_channel::wake() {
    writer_wakes_.cancel();
}

asio::awaitable<result<asio::ip::tcp::socket>> async_connect(std::string host, std::uint16_t port, duration each) {
    const auto executor = co_await asio::this_coro::executor;
    const auto found = co_await async_look_up(host);
    if (!found) co_return fail(found.error());
    std::string reason = "it has no address";
    for (const auto& address : *found) {
        const asio::ip::tcp::endpoint target(address, port);
        asio::ip::tcp::socket socket(executor);
        const auto until = now() + each;
        const deadline limit(socket, until);
        const auto [problem] = co_await socket.async_connect(target, as_tuple);
        if (!problem) co_return std::move(socket);
        reason = to_string(to_endpoint(target)) + ": " + (limit.was_hit() ? "no answer" : problem.message());
    }
    co_return fail(errc::server_unreachable, "the server '" + host + "' cannot be reached (" + reason +
                                                 "). Check that it runs and that TCP port " + std::to_string(port) +
                                                 " is open to here.");
}

}  // namespace buri::net
