#pragma once
// A node, assembled: its connection to the server, the machine that decides, the data plane, the interface, and what it
// keeps.
//
//     asio::io_context context(1);
//     auto node = buri::node::node::open(context, {.state = "/var/lib/vpn"});
//     asio::co_spawn(context, (*node)->run(), …);
//     context.run();
//
// Everything happens on the thread that runs the context, but for the data plane and the writing of the memory, which have
// their own.
#include "buri/base/datagram_fate.hpp"
#include "buri/base/result.hpp"
#include "buri/core/backoff.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/crypto/system_random.hpp"
#include "buri/link/server_link.hpp"
#include "buri/net/address_watch.hpp"
#include "buri/net/change_signal.hpp"
#include "buri/net/clock.hpp"
#include "buri/net/default_gateway.hpp"
#include "buri/net/event_descriptor.hpp"
#include "buri/net/machine_timer.hpp"
#include "buri/net/task_group.hpp"
#include "buri/node/channels.hpp"
#include "buri/node/identity.hpp"
#include "buri/node/interface.hpp"
#include "buri/node/link_table.hpp"
#include "buri/node/options.hpp"
#include "buri/node/pending.hpp"
#include "buri/node/port_mapper.hpp"
#include "buri/store/state_lock.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace buri::node {

struct ping_reply {
    node_id peer;
    std::string nickname;
    std::optional<endpoint> path;
    std::string via;    ///< direct, tcp, relay; empty if the path was lost meanwhile
    std::string relay;  ///< its name; empty unless via is relay
    duration round_trip{};
};

/// Fingerprints, "SHA256:…".
struct key_change {
    std::string fingerprint;
    std::string was;
};

/// What `vpn wait --for` can wait for.
struct condition {
    enum class kind : std::uint8_t { address, online, peer, direct };
    kind what = kind::online;
    std::string peer;  ///< for peer and direct
};

class node {
public:
    /// One line of `vpn events`: {event, …}, the fields of vpn(1).
    using event_listener = std::function<void(const wire::json& event)>;

    /// Takes the state directory, reads the configuration, loads or makes the key, opens the UDP port and the
    /// interface. Does not talk to anybody yet. Every error says what to do.
    static result<std::unique_ptr<node>> open(asio::io_context& context, options from);
    ~node();
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    /// Runs until stop(), or until it is plain that the server will never take this node; then the error says why.
    asio::awaitable<result<void>> run();
    /// Says goodbye to the server, then ends run(). Bounded to half a second.
    void stop();

    asio::awaitable<result<wire::answer>> async_request(wire::request what);
    /// A new key for the same account, of the same kind unless told. Tunnels go on with the old one until there are new ones.
    asio::awaitable<result<key_change>> async_rotate(std::optional<crypto::key_type> type);
    /// errc::owns_networks. Afterwards this node has no account; stop it.
    asio::awaitable<result<void>> async_delete_account(bool with_networks);
    /// One echo through the tunnel to the peer. errc::timed_out, errc::peer_offline, errc::peer_not_found.
    asio::awaitable<result<ping_reply>> async_ping(std::string peer, duration patience);
    asio::awaitable<result<void>> async_wait(condition until, duration patience);
    /// Why a peer is reached as it is, with what the peer knows if it tells in time. errc::peer_not_found.
    asio::awaitable<result<wire::json>> async_why(std::string peer);
    /// What is wrong with this machine.
    asio::awaitable<wire::json> async_doctor();

    /// One listener; the daemon fans out.
    void set_event_listener(event_listener to) { listener_ = std::move(to); }

    // ---- for display, as the local interface gives it (vpn(1), JSON) ----
    [[nodiscard]] wire::json status() const;
    [[nodiscard]] wire::json networks() const;
    [[nodiscard]] result<wire::json> network(std::string_view name) const;
    [[nodiscard]] wire::json peers() const;
    [[nodiscard]] result<wire::json> peer(std::string_view name) const;
    /// What this machine's way to the internet is like.
    [[nodiscard]] wire::json netcheck() const;

    [[nodiscard]] const std::string& nickname() const;
    [[nodiscard]] std::string fingerprint() const;
    [[nodiscard]] const core::node_machine& machine() const { return machine_; }
    [[nodiscard]] const store::pinned_server& server() const { return *state_.server; }
    [[nodiscard]] bool is_online() const { return machine_.is_online(); }

private:
    struct opened;
    /// The server's clock, as it showed once.
    struct server_time {
        wall_time shown;
        time_point at;
    };
    node(asio::io_context& context, options from, opened parts);

    // node.cpp
    asio::awaitable<void> run_reports();
    asio::awaitable<void> run_sampler();
    asio::awaitable<void> run_deadlines();
    asio::awaitable<void> run_stop();
    void on_report(dataplane::report& what);
    void pump();
    void on_output(core::node_output& output);
    void on_open_relay_stream(const core::open_relay_stream& wanted);
    void on_addresses(const core::configure_addresses& addresses);
    void on_event(core::node_event& event);
    void say(std::string_view label, const std::string& text) const;
    void say_to_people(const core::node_event& event) const;
    bool keep_state();
    void fail_for_good(error why);
    [[nodiscard]] result<bool> holds(const condition& until) const;
    void wake(const std::string& peer);

    // node_network.cpp: the machine's network, and ways of datagrams
    struct gateway_pair {
        std::optional<net::default_gateway> v4;
        std::optional<net::default_gateway> v6;
        bool operator==(const gateway_pair&) const = default;
    };
    asio::awaitable<void> run_addresses();
    void on_network_event();
    void on_network_change(std::string_view why);
    void watch_sleep();
    /// True if they are others than before.
    bool announce_endpoints();
    [[nodiscard]] gateway_pair default_gateways() const;
    [[nodiscard]] channel_listener channel_events();
    void listen_for_streams();
    void on_tunnel_wants(core::tunnel_wants& wants);
    void start_port_mapping();
    void on_port_mappings(const std::vector<core::port_mapping>& present);

    // node_memory.cpp: peers are known while the server is away
    asio::awaitable<void> run_memory();
    void recall();
    asio::awaitable<void> async_keep_memory();

    // node_account.cpp
    result<void> stage_key(crypto::key_type type);
    asio::awaitable<result<key_change>> async_finish_rotation();
    asio::awaitable<void> run_unfinished_rotation();
    void on_key_adopted(const result<void>& kept);

    // node_link.cpp: the connection to the server, tried again and again
    asio::awaitable<void> run_link();
    asio::awaitable<std::optional<error>> async_learn_server_key();
    asio::awaitable<error> async_try_server();
    bool on_server_key(bytes key_blob);
    bool on_identity(node_id identity);
    void on_open();
    void on_message(byte_view cbor);
    void on_link_error(const error& why);
    [[nodiscard]] result<core::control_client_settings> link_settings() const;
    [[nodiscard]] link::server_ways ways() const;
    void remember_way();
    bool try_other_suite();

    asio::awaitable<void> async_look_for_portal();
    void note_server_time(const wire::server_message& message);

    // doctor.cpp
    asio::awaitable<datagram_fate> async_probe_own_port();
    [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const;

    // netcheck.cpp
    [[nodiscard]] wire::json why_json(const core::peer_view& view) const;
    [[nodiscard]] std::string relay_name(std::uint32_t id) const;
    [[nodiscard]] bool is_reached(node_id peer) const;
    /// The number of the peer's newest answer to `why`; 0: none.
    [[nodiscard]] std::uint64_t last_told(node_id peer) const;

    // node_report.cpp
    [[nodiscard]] wire::json path_json(const core::tunnel_status& tunnel) const;
    [[nodiscard]] wire::json peer_json(const core::peer_view& view) const;
    /// `views` as the machine gives them, by address.
    [[nodiscard]] wire::json network_json(const wire::network_info& network,
                                          const std::vector<core::peer_view>& views) const;

    static constexpr std::array<std::uint16_t, 2> stun_ports{17771, 17772};

    asio::io_context& context_;
    options options_;
    logger log_;
    store::state_lock lock_;
    store::node_state state_;
    identity identity_;
    crypto::system_random random_;
    core::node_machine machine_;
    interface interface_;
    net::address_watch watch_;
    net::event_descriptor reports_wait_;
    std::uint16_t udp_port_;
    std::optional<std::vector<endpoint>> announced_;  ///< own host addresses, as the machine knows them
    std::unique_ptr<dataplane::plane> plane_;
    link_table links_;
    std::optional<proxy_settings> proxy_;
    channels channels_;
    port_mapper mapper_;
    gateway_pair gateways_;
    duration slept_ = net::time_asleep();
    link::server_link link_;
    link::link_listener link_listener_;
    net::machine_timer timer_;
    net::task_group tasks_;
    pending<result<wire::answer>> requests_;
    pending<time_point> echoes_;
    net::change_signal changed_;
    asio::steady_timer retry_;
    core::backoff backoff_;
    suite_id suite_;
    event_listener listener_;
    std::optional<error> problem_;  ///< why it is not online now
    std::optional<error> fatal_;    ///< why run() ends
    std::string portal_;            ///< what a captive portal said when the server could not be reached
    std::optional<server_time> server_time_;
    std::string initial_nickname_;
    bool kept_server_;  ///< node.toml has the server's key
    bool was_online_ = false;
    bool recalled_ = false;
    std::uint64_t kept_memory_ = 0;  ///< the revision that the file has
    asio::thread_pool memory_writer_{1};
    bool rotating_ = false;  ///< a key was sent to the server and there is no answer yet
    bool stopping_ = false;
    bool pumping_ = false;
};

}  // namespace buri::node
