#pragma once
// Coroutines and their other ends on 127.0.0.1, in one thread, until the test's own one has ended.
#include "buri/base/endpoint.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tls_stream.hpp"
#include "buri/net/tokens.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace buri::test {

class loopback {
public:
    /// What a fake server does with one connection.
    using session = std::function<asio::awaitable<void>(asio::ip::tcp::socket)>;

    ~loopback() {
        background.cancel();
        for (const auto& each : acceptors_)
            each->close();
        context.run_for(std::chrono::seconds(5));
    }

    /// The port.
    std::uint16_t serve(session with) {
        auto acceptor = std::make_unique<asio::ip::tcp::acceptor>(
            context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        const auto port = acceptor->local_endpoint().port();
        background.spawn(run_acceptor(*acceptor, std::move(with)));
        acceptors_.push_back(std::move(acceptor));
        return port;
    }

    /// A port where nothing listens.
    static std::uint16_t closed_port() {
        asio::io_context own;
        asio::ip::tcp::acceptor acceptor(own, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        return acceptor.local_endpoint().port();
    }

    template <typename T>
    T run(asio::awaitable<T> task, std::chrono::seconds limit = std::chrono::seconds(30)) {
        std::optional<T> out;
        std::exception_ptr problem;
        asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T value) {
            problem = thrown;
            out.emplace(std::move(value));
        });
        const auto until = std::chrono::steady_clock::now() + limit;
        context.restart();
        while (!out && std::chrono::steady_clock::now() < until)
            context.run_one_until(until);
        if (problem) std::rethrow_exception(problem);
        REQUIRE(out);
        return std::move(*out);
    }

    asio::io_context context{1};
    net::task_group background{context.get_executor()};
    int accepted = 0;

private:
    asio::awaitable<void> run_acceptor(asio::ip::tcp::acceptor& from, session with) {
        for (;;) {
            asio::ip::tcp::socket socket(context);
            const auto [problem] = co_await from.async_accept(socket, net::as_tuple);
            if (problem) co_return;
            ++accepted;
            background.spawn(with(std::move(socket)));
        }
    }

    std::vector<std::unique_ptr<asio::ip::tcp::acceptor>> acceptors_;
};

inline asio::awaitable<void> say_and_wait(net::byte_stream& stream, std::string what) {
    const auto data = as_bytes(what);
    (void)co_await stream.async_write(data);
    std::array<std::uint8_t, 256> buffer{};
    for (;;) {
        const auto count = co_await stream.async_read(buffer, never);
        if (!count) co_return;
    }
}

/// Says something, then reads until the other side ends.
inline asio::awaitable<void> plain_session(asio::ip::tcp::socket socket, std::string says) {
    const auto stream = net::make_tcp_stream(std::move(socket));
    co_await say_and_wait(*stream, says);
}

inline asio::awaitable<void> tls_session(asio::ip::tcp::socket socket, net::tls_server_context context,
                                         std::string says) {
    const auto until = net::now() + std::chrono::seconds(10);
    auto stream = co_await net::async_tls_accept(std::move(socket), context, until);
    if (!stream) co_return;
    co_await say_and_wait(**stream, says);
}

}  // namespace buri::test
