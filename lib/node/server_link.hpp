#pragma once
// The node's connection to its mediation server: one try from name resolution to the connection's end.
#include "buri/base/log.hpp"
#include "buri/core/control/control_client.hpp"
#include "buri/net/tcp_channel.hpp"

#include <asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace buri::node {

/// What the link tells its owner, on the control thread. A result of false ends the connection.
struct link_listener {
    std::function<bool(bytes key_blob)> on_server_key;
    std::function<bool(node_id identity)> on_identity;
    std::function<void()> on_open;
    std::function<void(byte_view cbor)> on_message;
};

class server_link {
public:
    server_link(const asio::any_io_executor& executor, const crypto::identity_key& key, random_source& random,
                logger log)
        : executor_(executor), key_(key), random_(random), log_(std::move(log)) {}

    /// Runs until the connection has ended and says why. errc::cancelled if the listener or close() ended it.
    asio::awaitable<error> async_run(std::string host, std::uint16_t port, core::control_client_settings settings,
                                     link_listener& listener);
    /// False if there is no open channel.
    bool send(byte_view cbor);
    /// For good: what was sent still leaves, and no new connection is made.
    void finish();
    /// At once.
    void close();

    [[nodiscard]] bool is_open() const;
    [[nodiscard]] bool is_connected() const { return connection_ != nullptr; }
    /// Of the present connection, or the last one.
    [[nodiscard]] const endpoint& remote() const { return remote_; }
    [[nodiscard]] suite_id suite() const { return suite_; }

private:
    struct connection {
        connection(asio::ip::tcp::socket socket, core::control_client_settings settings,
                   const crypto::identity_key& key, random_source& random, logger log, time_point now)
            : channel(std::move(socket), max_queued), machine(std::move(settings), key, random, std::move(log), now) {}
        static constexpr std::size_t max_queued = 4U << 20U;
        net::tcp_channel channel;
        core::control_client machine;
        std::optional<error> over;
        bool is_pumping = false;
    };

    asio::awaitable<void> run_reader(connection& present);
    void pump(connection& present);
    void carry_out(connection& present, core::control_client_output& output);

    asio::any_io_executor executor_;
    const crypto::identity_key& key_;
    random_source& random_;
    logger log_;
    std::shared_ptr<connection> connection_;
    link_listener* listener_ = nullptr;  ///< of the present connection
    endpoint remote_;
    suite_id suite_ = suite_id::aes;
    bool finished_ = false;
};

}  // namespace buri::node
