#pragma once
// The TCP ports of a relay on its own: streams, plain or inside TLS, for its service. Who comes is a stranger.
#include "buri/base/log.hpp"
#include "buri/core/relay/source_limit.hpp"
#include "buri/core/strangers.hpp"
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
    /// Who has the stream is counted as a stranger for as long as `stranger` is kept.
    using serve =
        std::function<asio::awaitable<void>(std::unique_ptr<net::byte_stream>, std::shared_ptr<void> stranger)>;

    static constexpr auto handshake_patience = std::chrono::seconds(10);
    static constexpr core::strangers::limits most{512, 64};
    /// A TLS handshake costs a signature and a key agreement.
    static constexpr core::strangers::limits most_handshakes{256, 16};
    static constexpr core::source_rate connections_of_host{64, 16};

    /// `random` is used by the constructor only.
    stream_ports(const asio::any_io_executor& executor, serve with, random_source& random, logger log,
                 core::strangers::limits strangers = most);

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
    asio::awaitable<void> receive(asio::ip::tcp::socket socket, core::strangers::guest guest, const port& from);
    asio::awaitable<std::unique_ptr<net::byte_stream>> open(asio::ip::tcp::socket socket, const port& from);
    void on_accepted(asio::ip::tcp::socket socket, const port& from);

    asio::any_io_executor executor_;
    serve serve_;
    logger log_;
    core::source_limit connections_;
    std::list<port> ports_;
    core::strangers strangers_;
    core::strangers handshakes_{most_handshakes};
    net::task_group tasks_;
    asio::steady_timer idle_;
};

}  // namespace buri::relay
