#pragma once
// The TCP ports of a relay on its own: streams, plain or inside TLS, for its service. Who comes is a stranger.
#include "buri/base/log.hpp"
#include "buri/core/relay/source_limit.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tls_stream.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <functional>
#include <list>
#include <memory>
#include <optional>

namespace buri::relay {

class stream_ports {
public:
    using serve = std::function<asio::awaitable<void>(std::unique_ptr<net::byte_stream>)>;

    static constexpr auto handshake_patience = std::chrono::seconds(10);
    /// A TLS handshake costs a signature and a key agreement.
    static constexpr std::size_t max_handshakes = 256;
    static constexpr core::source_rate connections_of_host{64, 16};

    /// `random` is used by the constructor only.
    stream_ports(const asio::any_io_executor& executor, serve with, random_source& random, logger log);

    /// Before run(). With a context: TLS. errc::port_in_use, errc::permission or errc::config, in words.
    result<void> listen(const endpoint& local, std::optional<net::tls_server_context> context);
    /// Until cancelled.
    asio::awaitable<void> run();

private:
    struct port {
        asio::ip::tcp::acceptor acceptor;
        std::optional<net::tls_server_context> context;
    };

    asio::awaitable<void> run_acceptor(port& from);
    asio::awaitable<void> receive(asio::ip::tcp::socket socket, const port& from);
    void on_accepted(asio::ip::tcp::socket socket, const port& from);

    asio::any_io_executor executor_;
    serve serve_;
    logger log_;
    core::source_limit connections_;
    std::list<port> ports_;
    std::size_t handshakes_ = 0;
    net::task_group tasks_;
    asio::steady_timer idle_;
};

}  // namespace buri::relay
