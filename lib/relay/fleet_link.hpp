#pragma once
// A relay's connection to the server whose fleet it belongs to: says who the relay is and how much it carries, and is made again
// whenever it ends. What nodes have bound goes on meanwhile.
#include "buri/base/log.hpp"
#include "buri/core/backoff.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/link/server_link.hpp"
#include "buri/store/node_state.hpp"
#include "buri/wire/messages.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>

namespace buri::relay {

struct fleet_link_settings {
    store::pinned_server server;
    node_id identity;
    std::string nickname;  ///< of an account that has to be made
    std::optional<proxy_settings> proxy;
    std::uint16_t tls_port = 443;  ///< of the server
    wire::relay_hello hello;
};

struct fleet_link_listener {
    /// Keeps what the server has shown and given; an error ends the link.
    std::function<result<void>(const store::pinned_server& server, node_id identity)> keep;
    /// The fleet has it: its number and name, and the key that signs tokens.
    std::function<void(const wire::relay_info& self, const crypto::public_key& server)> on_joined;
    std::function<void(const error& why)> on_offline;  ///< tried again
    std::function<wire::relay_load()> load;
};

class fleet_link {
public:
    static constexpr auto heartbeat = std::chrono::seconds(10);
    /// A relay that was in the fleet for less is thrown out by something that will do it again.
    static constexpr auto stable_after = std::chrono::seconds(30);

    /// `key` and `random` outlive this.
    fleet_link(const asio::any_io_executor& executor, const crypto::identity_key& key, random_source& random,
               fleet_link_settings settings, fleet_link_listener listener, logger log);

    /// Until stop(), or an error that trying again cannot mend: the server refuses the token, or is not the one that is pinned.
    asio::awaitable<result<void>> run();
    void stop();

private:
    asio::awaitable<error> async_connect();
    bool on_server_key(bytes blob);
    bool on_identity(node_id given);
    void on_open();
    void on_message(byte_view cbor);
    void on_answer(const wire::numbered_answer& answer);
    void send(wire::request body);
    /// Ends the connection for this reason.
    void give_up(error why);
    asio::awaitable<void> run_heartbeat();
    /// Why the connection ended, and what that says if it had only just joined.
    error after_connection(error why);
    /// Trying again cannot help.
    [[nodiscard]] bool is_final(const error& why) const;
    result<core::control_client_settings> handshake() const;

    asio::any_io_executor executor_;
    random_source& random_;
    fleet_link_settings settings_;
    fleet_link_listener listener_;
    logger log_;
    link::server_link link_;
    core::backoff backoff_;
    asio::steady_timer pause_;
    std::optional<crypto::public_key> server_key_;
    std::optional<error> refusal_;  ///< why the connection was ended here
    std::uint32_t requests_ = 0;
    std::optional<time_point> joined_;  ///< over the present connection
    bool has_joined_ = false;
    bool stopping_ = false;
};

}  // namespace buri::relay
