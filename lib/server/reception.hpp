#pragma once
// The server's TCP ports: control channels and streams to its own relay share them, plain and inside TLS. Who comes is a stranger, and
// is let go if it does not say soon which of the two it wants.
#include "buri/base/log.hpp"
#include "buri/core/strangers.hpp"
#include "buri/net/byte_stream.hpp"
#include "buri/net/task_group.hpp"
#include "buri/net/tls_stream.hpp"

#include <asio/ip/tcp.hpp>

#include <functional>
#include <list>
#include <optional>

namespace buri::server {

class reception {
public:
    using stream_ptr = std::unique_ptr<net::byte_stream>;
    /// The guest is counted for as long as it is a stranger.
    using control_handler = std::function<void(stream_ptr, core::strangers::guest)>;
    using relay_handler = std::function<void(stream_ptr, core::strangers::guest)>;

    static constexpr auto patience = std::chrono::seconds(10);
    static constexpr core::strangers::limits most{512, 64};
    /// A TLS handshake costs a signature and a key agreement.
    static constexpr core::strangers::limits most_handshakes{64, 16};

    /// Without `on_relay` streams to a relay are closed.
    reception(net::task_group& tasks, const asio::any_io_executor& executor, control_handler on_control,
              relay_handler on_relay, logger log);

    /// errc::port_in_use or errc::permission by name. False, with a warning: [::] on a machine without IPv6.
    result<bool> listen(const endpoint& local);
    result<bool> listen_tls(const endpoint& local, net::tls_server_context context);
    /// From now on who comes is served.
    void start();

private:
    struct port {
        asio::ip::tcp::acceptor acceptor;
        std::optional<net::tls_server_context> context;
    };

    result<bool> add(const endpoint& local, std::optional<net::tls_server_context> context);
    asio::awaitable<void> run(port& from);
    asio::awaitable<void> receive(asio::ip::tcp::socket socket, core::strangers::guest guest,
                                  const net::tls_server_context* context);
    asio::awaitable<stream_ptr> open(asio::ip::tcp::socket socket, const net::tls_server_context* context,
                                     time_point deadline);

    net::task_group& tasks_;
    asio::any_io_executor executor_;
    control_handler on_control_;
    relay_handler on_relay_;
    logger log_;
    std::list<port> ports_;
    core::strangers strangers_{most};
    core::strangers handshakes_{most_handshakes};
};

}  // namespace buri::server
