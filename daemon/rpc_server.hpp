#pragma once
// The local interface: JSON-RPC 2.0, one object a line, on a unix socket. A request is answered before the next one of
// the same connection is looked at; connections do not wait for each other. The method `events` turns a connection into
// a stream of notifications. What a client sends can at worst end its own connection.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "daemon/local_service.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace buri::daemon {

struct rpc_server_options {
    std::filesystem::path path;
    std::string group = "vpn";         ///< may use the socket, if there is such a group; else only the owner
    std::size_t max_line = 64 * 1024;  ///< bytes of a request
    std::size_t max_clients = 64;
    std::size_t max_unsent = 1024 * 1024;  ///< bytes of events that a client may leave unread
    std::chrono::milliseconds write_timeout{10'000};
};

class rpc_server {
public:
    /// Binds the socket and listens. A socket file that nobody serves is replaced; errc::daemon_running if somebody
    /// does. `service` must outlive the server.
    static result<rpc_server> listen(asio::any_io_executor executor, local_service& service, rpc_server_options options,
                                     logger log);
    rpc_server(rpc_server&&) noexcept;
    rpc_server& operator=(rpc_server&&) noexcept;
    /// Takes the socket file away. Nothing may be running any more.
    ~rpc_server();

    /// Serves until cancelled or until close(); returns when every connection is gone.
    asio::awaitable<void> run();
    /// Ends run(): no new clients, the present ones are cut off once the answer that is being written is out.
    void close();

    [[nodiscard]] std::size_t clients() const;

private:
    struct state;
    explicit rpc_server(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

}  // namespace buri::daemon
