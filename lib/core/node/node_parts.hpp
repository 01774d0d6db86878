#pragma once
// The parts of a node_machine and what happens between them. Private to core/node.
#include "buri/core/node/discovery.hpp"
#include "buri/core/node/event_sequence.hpp"
#include "buri/core/node/known_networks.hpp"
#include "buri/core/node/reach_check.hpp"
#include "buri/core/node/relay_client.hpp"
#include "buri/core/node/requests.hpp"
#include "buri/core/node/server_watch.hpp"
#include "buri/core/node/shown_messages.hpp"
#include "buri/core/node/tunnel_table.hpp"

#include <deque>

namespace buri::core {

struct node_machine::parts {
    parts(node_settings given, const crypto::identity_key& key, random_source& random, logger to);

    /// Ends every input: outputs of the parts, and what follows from them.
    void settle(time_point now);

    // on_server_message, by kind.
    void on_answer(const wire::numbered_answer& answer);
    void on_numbered_event(const wire::numbered_event& event);
    void on_event(const wire::sync& all);
    void on_event(const wire::resumed& what);
    void on_event(const wire::plan_event& what);
    void on_event(const wire::peer_event& what);
    void on_event(const wire::network_event& what);
    void on_event(const wire::settings_event& what);
    void on_event(const wire::member_joined& what);
    void on_event(const wire::member_changed& what);
    void on_event(const wire::member_left& what);
    void on_event(const wire::member_requested& what);
    void on_event(const wire::request_gone& what);
    void on_event(const wire::network_gone& what);
    void on_event(const wire::welcome_event& what);
    void on_event(const wire::announcement_event& what);
    void on_event(const wire::log_event& what);
    void on_event(const wire::tunnel_open& offer);
    void on_event(const wire::tunnel_close& which);
    void on_event(const wire::peer_candidates& what);
    void on_event(const wire::tunnel_relays& what);
    void on_event(const wire::relay_list& what);
    void on_event(const wire::seen_event& what);
    void on_event(const wire::notice& what);

    void say_hello();
    wire::endpoints own_endpoints();
    void tell_endpoints(wire::endpoints present);
    void share_nat(const std::vector<wire::candidate>& candidates);
    void drain_relays();
    void check_reach();
    void on_stun(const path_address& from, const wire::stun_response& response);
    void ask_introductions();
    void choose_stun_servers();
    void reopen_wanted();
    void want_tunnel(node_id peer);
    void send(wire::request body, pending_request who);
    void fail_pending(std::vector<pending_request> pending, const error& why);
    void tell(known_networks::events news);
    void use_addresses();
    void go_online();
    void confirm(wire::confirm_messages what);

    node_settings settings;
    logger log;
    std::deque<node_output> out;
    known_networks known;
    discovery stun;
    requests waiting;
    tunnel_surroundings around;
    relay_client relays;
    tunnel_table tunnels;
    server_watch watch;
    event_sequence sequence;
    shown_messages shown;

    time_point now{};  ///< of the input that is being handled
    bool connected = false;
    bool synchronised = false;
    std::uint64_t revision = 0;                ///< of what is known, for memory
    std::vector<wire::kept_tunnel> named;      ///< in this connection's hello
    std::vector<wire::relay_info> relay_list;  ///< as told last
    reach_checks forwarded;
    std::vector<endpoint> stun_servers;   ///< of the server, or as configured
    std::optional<endpoint> seen;         ///< where the server sees this node's connection come from
    std::optional<wire::endpoints> told;  ///< in this connection
    std::optional<configure_addresses> configured;

    struct sent_echo {
        node_id peer;
        std::uint64_t number = 0;
        bool operator==(const sent_echo&) const = default;
    };
    static constexpr std::size_t max_echoes = 64;
    std::deque<sent_echo> echoes;  ///< not answered yet
};

}  // namespace buri::core
