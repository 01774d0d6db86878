#pragma once
// Private to net: what streams over a TCP socket have in common. `Stream` is the socket, or TLS over it.
#include "buri/net/byte_stream.hpp"
#include "buri/net/deadline.hpp"
#include "buri/net/tokens.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <utility>

namespace buri::net {

endpoint to_endpoint(const asio::ip::tcp::endpoint& from);

template <typename Stream>
class socket_stream : public byte_stream {
public:
    template <typename... Args>
    explicit socket_stream(std::string way, Args&&... args)
        : stream_(std::forward<Args>(args)...), way_(std::move(way)) {
        asio::error_code ignored;
        socket().set_option(asio::ip::tcp::no_delay(true), ignored);
        socket().set_option(asio::socket_base::keep_alive(true), ignored);
        const auto other = socket().remote_endpoint(ignored);
        if (!ignored) remote_ = to_endpoint(other);
    }

    asio::awaitable<result<std::size_t>> async_read(byte_span into, time_point until) override {
        const auto room = asio::buffer(into.data(), into.size());
        const deadline limit(socket(), until);
        const auto [problem, count] = co_await stream_.async_read_some(room, as_tuple);
        if (!problem) co_return count;
        if (limit.was_hit()) co_return fail(errc::timed_out);
        co_return fail(errc::server_closed, "the connection ended: " + problem.message());
    }

    asio::awaitable<result<void>> async_write(byte_view data) override {
        const auto all = asio::buffer(data.data(), data.size());
        const deadline limit(socket(), now() + write_patience);
        const auto [problem, count] = co_await asio::async_write(stream_, all, as_tuple);
        if (!problem) co_return result<void>();
        if (limit.was_hit()) co_return fail(errc::timed_out);
        co_return fail(errc::server_closed, "the connection ended: " + problem.message());
    }

    asio::awaitable<void> async_finish() override {
        asio::error_code ignored;
        socket().shutdown(asio::socket_base::shutdown_send, ignored);
        co_return;
    }

    void close() override {
        asio::error_code ignored;
        socket().close(ignored);
    }

    asio::any_io_executor get_executor() override { return stream_.get_executor(); }
    int native_handle() override { return socket().is_open() ? socket().native_handle() : -1; }
    [[nodiscard]] const endpoint& remote() const override { return remote_; }
    [[nodiscard]] const std::string& way() const override { return way_; }
    [[nodiscard]] const std::string& protocol() const override { return protocol_; }
    [[nodiscard]] const peer_certificate* certificate() const override { return nullptr; }

protected:
    auto& socket() { return stream_.lowest_layer(); }

    Stream stream_;
    std::string protocol_;

private:
    endpoint remote_;
    std::string way_;
};

}  // namespace buri::net
