#pragma once
// A relay on a machine of its own, assembled: its key and account in a state directory like a node's, its ports, its place in
// a server's fleet.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/system_random.hpp"
#include "buri/relay/fleet_link.hpp"
#include "buri/relay/service.hpp"
#include "buri/relay/stream_ports.hpp"
#include "buri/store/node_state.hpp"
#include "buri/store/state_lock.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace buri::relay {

struct standalone_settings {
    std::filesystem::path state;
    std::optional<store::pinned_server> server;  ///< none: the one that was kept
    bytes token;                                 ///< of the fleet
    std::uint16_t udp_port = 17771;
    std::optional<std::uint16_t> tcp_port;  ///< none: no streams without TLS
    std::optional<std::uint16_t> tls_port;  ///< none: 443 if that can be had
    std::vector<ip_address> addresses;  ///< where nodes reach it; none: where its connection to the server comes from
    std::string host;                   ///< its name for TLS; may be empty
    std::uint32_t max_kbit = 0;         ///< of all nodes together; 0: unlimited
    std::string software = "buri";
    /// One step on the way, for people.
    std::function<void(std::string_view label, const std::string& text)> progress;
    logger log;
};

class standalone {
public:
    /// Reads the state directory and takes the ports. Every error says what to do.
    static result<std::unique_ptr<standalone>> open(asio::io_context& context, standalone_settings settings);

    /// Serves until stop(), or until the server refuses the relay: then the error says why.
    asio::awaitable<result<void>> run();
    void stop();

    [[nodiscard]] const service& serving() const { return service_; }

private:
    struct opened {
        store::state_lock lock;
        store::node_state state;
        crypto::identity_key key;
    };
    standalone(asio::io_context& context, standalone_settings settings, opened parts);

    result<void> listen();
    result<void> listen_udp();
    result<void> listen_streams(std::uint16_t port, bool is_tls, bool is_wanted);
    [[nodiscard]] fleet_link_settings link_settings() const;
    fleet_link_listener listener();
    [[nodiscard]] std::vector<endpoint> reached_at(std::uint16_t port) const;
    result<void> keep(const store::pinned_server& server, node_id identity);
    void on_joined(const wire::relay_info& self, const crypto::public_key& server);
    void on_offline(const error& why);
    [[nodiscard]] wire::relay_load load() const;
    void say(std::string_view label, const std::string& text) const;

    asio::any_io_executor executor_;
    standalone_settings settings_;
    logger log_;
    store::state_lock lock_;
    store::node_state state_;
    crypto::identity_key key_;
    crypto::system_random random_;
    service service_;
    stream_ports streams_;
    wire::relay_hello hello_;
    std::optional<fleet_link> link_;
    net::task_group tasks_;
    std::string joined_as_;
    std::string last_problem_;
};

}  // namespace buri::relay
