#pragma once
// The node's connection to its mediation server: one try, from the race of all ways to the end of the connection that won.
#include "buri/base/log.hpp"
#include "buri/base/proxy_settings.hpp"
#include "buri/core/control/control_client.hpp"
#include "buri/link/race.hpp"
#include "buri/net/tcp_channel.hpp"

#include <asio/any_io_executor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace buri::link {

/// What the link tells its owner, on the control thread. A result of false ends the connection.
struct link_listener {
    std::function<bool(bytes key_blob)> on_server_key;
    std::function<bool(node_id identity)> on_identity;
    std::function<void()> on_open;
    std::function<void(byte_view cbor)> on_message;
};

/// One server, one identity, under any number of names.
struct server_ways {
    std::vector<place> places;
    std::optional<proxy_settings> proxy;
    std::optional<known_way> first;  ///< what worked last time
};

class server_link {
public:
    server_link(const asio::any_io_executor& executor, const crypto::identity_key& key, random_source& random,
                logger log)
        : executor_(executor), key_(key), random_(random), log_(std::move(log)) {}

    /// Runs until the connection has ended and says why, or why there is none. errc::cancelled if the listener, finish()
    /// or close() ended it. Only on the way that won does the node say who it is.
    asio::awaitable<error> async_run(server_ways ways, core::control_client_settings settings, link_listener& listener);
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
    /// Likewise: "tcp", "tls", "tls via proxy HOST"; empty before the first.
    [[nodiscard]] const std::string& way() const { return way_; }
    [[nodiscard]] const std::optional<known_way>& known() const { return known_; }
    [[nodiscard]] suite_id suite() const { return suite_; }

private:
    /// One way on which the server is being asked to prove itself.
    struct greeting {
        std::unique_ptr<core::control_client> machine;
        std::deque<core::control_client_output> held;  ///< what it learned, to be told if it wins
    };
    using greetings = std::map<const net::byte_stream*, greeting>;
    struct connection {
        connection(std::unique_ptr<net::byte_stream> stream, std::unique_ptr<core::control_client> greeted)
            : channel(std::move(stream), max_queued), machine(std::move(greeted)) {}
        static constexpr std::size_t max_queued = 4U << 20U;
        net::tcp_channel channel;
        std::unique_ptr<core::control_client> machine;
        std::optional<error> over;
        bool is_pumping = false;
    };

    asio::awaitable<result<race_winner>> async_race(server_ways ways, const core::control_client_settings& settings,
                                                    greetings& all);
    asio::awaitable<result<void>> async_greet(const core::control_client_settings& settings, greetings& all,
                                              net::byte_stream& stream);
    asio::awaitable<error> async_use(race_winner won, greeting greeted);
    asio::awaitable<void> run_reader(connection& present);
    void pump(connection& present);
    void carry_out(connection& present, core::control_client_output& output);

    asio::any_io_executor executor_;
    const crypto::identity_key& key_;
    random_source& random_;
    logger log_;
    race* race_ = nullptr;  ///< while it runs
    std::shared_ptr<connection> connection_;
    link_listener* listener_ = nullptr;  ///< of the present connection
    endpoint remote_;
    std::string way_;
    std::optional<known_way> known_;
    suite_id suite_ = suite_id::aes;
    bool finished_ = false;
};

}  // namespace buri::link
