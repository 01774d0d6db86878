#include "buri/relay/stream_ports.hpp"

#include "buri/net/clock.hpp"
#include "buri/net/listen_error.hpp"
#include "buri/net/tcp_channel.hpp"
#include "buri/net/tokens.hpp"

#include <asio/ip/v6_only.hpp>
#include <asio/this_coro.hpp>

#include <utility>

namespace buri::relay {
namespace {

constexpr std::size_t source_buckets = 4'096;

}  // namespace

stream_ports::stream_ports(const asio::any_io_executor& executor, serve with, random_source& random, logger log,
                           core::strangers::limits strangers)
    : executor_(executor),
      serve_(std::move(with)),
      log_(std::move(log)),
      connections_(core::source_width::host, connections_of_host, source_buckets, random),
      strangers_(strangers),
      tasks_(executor),
      idle_(executor) {}

result<void> stream_ports::listen(const endpoint& local, std::optional<net::tls_server_context> context) {
    const asio::ip::tcp::endpoint where(net::to_asio(local.address), local.port);
    asio::ip::tcp::acceptor acceptor(executor_);
    asio::error_code problem;
    acceptor.open(where.protocol(), problem);
    if (!problem) acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true), problem);
    if (!problem && !local.address.is_v4()) acceptor.set_option(asio::ip::v6_only(true), problem);
    if (!problem) acceptor.bind(where, problem);
    if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
    if (problem) return fail(net::listen_error("TCP", local, problem));
    ports_.push_back({std::move(acceptor), std::move(context)});
    return {};
}

asio::awaitable<void> stream_ports::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (auto& each : ports_)
        tasks_.spawn(run_acceptor(each));
    idle_.expires_at(asio::steady_timer::time_point::max());
    co_await idle_.async_wait(net::as_tuple);
    tasks_.cancel();
    co_await tasks_.join();
}

asio::awaitable<void> stream_ports::run_acceptor(port& from) {
    asio::steady_timer pause(executor_);
    for (;;) {
        asio::ip::tcp::socket socket(executor_);
        const auto [problem] = co_await from.acceptor.async_accept(socket, net::as_tuple);
        if (problem == asio::error::operation_aborted) co_return;
        if (!problem) {
            on_accepted(std::move(socket), from);
            continue;
        }
        // Out of descriptors, say: it passes once connections end.
        log_.warning("cannot accept a connection", {{"error", problem.message()}});
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(net::as_tuple);
    }
}

void stream_ports::on_accepted(asio::ip::tcp::socket socket, const port& from) {
    asio::error_code problem;
    const auto other = socket.remote_endpoint(problem);
    if (problem) return;
    const auto address = net::to_endpoint(other).address;
    if (!connections_.take(address, net::now())) return;
    auto guest = strangers_.admit(address);
    if (guest) tasks_.spawn(receive(std::move(socket), std::move(*guest), from));
}

asio::awaitable<std::unique_ptr<net::byte_stream>> stream_ports::open(asio::ip::tcp::socket socket, const port& from) {
    if (!from.context) co_return net::make_tcp_stream(std::move(socket));
    asio::error_code gone;
    const auto other = socket.remote_endpoint(gone);
    if (gone) co_return nullptr;
    const auto busy = handshakes_.admit(net::to_endpoint(other).address);
    if (!busy) co_return nullptr;
    auto accepted = co_await net::async_tls_accept(std::move(socket), *from.context, net::now() + handshake_patience);
    if (!accepted) co_return nullptr;
    co_return std::move(*accepted);
}

asio::awaitable<void> stream_ports::receive(asio::ip::tcp::socket socket, core::strangers::guest guest,
                                            const port& from) {
    auto stream = co_await open(std::move(socket), from);
    if (!stream) co_return;
    auto serving = serve_(std::move(stream), std::make_shared<core::strangers::guest>(std::move(guest)));
    co_await std::move(serving);
}

}  // namespace buri::relay
