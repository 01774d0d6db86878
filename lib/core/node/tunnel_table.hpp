#pragma once
// All tunnels of a node. A peer has one that packets take, and at times a successor:
//
//     none --introduced--> current                                        a current one that never worked is replaced
//     at once current --introduced again--> current and successor --successor up--> current, and the old one retiring
//     for 10 s
//
// So a peer that came back is reached over the new tunnel as soon as that works, and a successor that never does costs
// nothing.
#include "buri/core/node/known_networks.hpp"
#include "buri/core/node/relay_client.hpp"
#include "buri/core/node_machine.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace buri::core {

class tunnel_table {
public:
    /// Packets that are under way in the old tunnel arrive within this time.
    static constexpr duration retirement = std::chrono::seconds(10);
    /// At most one introduction is asked for at first; each further one waits twice as long, until the tunnel is up.
    static constexpr duration first_patience = std::chrono::seconds(5);
    static constexpr duration last_patience = std::chrono::seconds(80);
    static constexpr std::size_t max_unsent = 8;

    tunnel_table(const node_settings& settings, const crypto::identity_key& key, tunnel_surroundings& around,
                 relay_client& relays, random_source& random, logger log, const known_networks& known,
                 std::deque<node_output>& out);

    void on_open(const wire::tunnel_open& offer, time_point now);
    void on_close(const wire::tunnel_close& which);
    /// The latest introduction to each peer, with the address where it was reached: what recall() takes after a restart.
    [[nodiscard]] std::vector<wire::tunnel_open> offers() const;
    void recall(std::vector<wire::tunnel_open> offers, time_point now);
    /// Counts what changes in offers().
    [[nodiscard]] std::uint64_t revision() const { return revision_; }
    /// While the server is away the latest introduction to each peer is used once more where there is no tunnel: soon.
    void on_server_lost(time_point now);
    void on_server_found();
    void reopen_due(time_point now);
    [[nodiscard]] time_point next_reopening() const;
    /// At once, if the server introduced the peer before.
    void reopen(node_id peer, time_point now);
    /// The server knows no tunnels but those that hello named: others to strangers end, and those that were used once more.
    void remove_unnamed(std::span<const wire::kept_tunnel> named);
    /// The server says why it introduces nobody to this peer.
    void on_refused(node_id id, const std::string& why);
    void on_candidates(const wire::peer_candidates& what, time_point now);
    void on_local_change(time_point now);
    void on_grants(const wire::tunnel_relays& what, time_point now);
    void on_binding(spi in, const path_address& relay, time_point now);
    void on_relays(spi in, std::span<const relay_path> relays, time_point now);
    void on_channel_open(channel_id channel, time_point now);
    void on_channel_closed(channel_id channel, time_point now);
    void on_nat(time_point now);
    /// That came to a socket of some tunnel.
    void on_stun(const path_address& from, const wire::stun_response& response, time_point now);
    /// Removes the tunnels to every peer without a network in common.
    void remove_strangers();

    void on_clear_datagram(spi in, const path_address& from, const std::optional<ip_address>& to, byte_view datagram,
                           time_point now);
    void on_message(spi in, const wire::tunnel_message& message, time_point now);
    void on_epoch_confirmed(spi in_with_epoch, time_point now);
    void on_authentic_from(spi in, const path_address& from, time_point now);
    void on_traffic(spi in, const traffic_sample& sample, time_point now);
    [[nodiscard]] bool has(spi in) const { return owners_.contains(in); }
    /// False if there is no tunnel to the peer.
    bool on_send_wanted(node_id peer, time_point now);
    /// Sends a plaintext through the peer's present tunnel, as soon as it is up.
    void send_sealed_to(node_id peer, bytes plaintext, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    void want_introduction(node_id peer);
    /// For every peer with a tunnel to which the server does not introduce anew by itself soon: this node's key has changed.
    void want_new_introductions(time_point now);
    /// The server will not give one now.
    void drop_want(node_id peer);
    /// Asks the peer for its evidence through the present tunnel.
    void ask_why(node_id peer, time_point now);
    /// A peer that the server is to be asked for now. Each is given once, and again when its patience ends.
    std::optional<node_id> take_wanted(time_point now);
    /// When take_wanted gives something next.
    [[nodiscard]] time_point next_wanted() const;

    /// Those with keys or at rest, for hello.
    [[nodiscard]] std::vector<wire::kept_tunnel> kept() const;
    void describe(peer_view& view) const;
    /// The tunnel that packets to the peer take; nothing if there is none.
    [[nodiscard]] const tunnel* current(node_id peer) const;

private:
    struct retired {
        std::unique_ptr<tunnel> machine;
        time_point until = never;
    };
    struct held {
        std::optional<wire::tunnel_open> offer;  ///< the latest that could be used; stays when its tunnel ends
        std::optional<endpoint> direct;          ///< where the peer was reached last
        bool is_reopened = false;                ///< the present tunnel
        time_point reopen_at = never;
        std::unique_ptr<tunnel> current;
        std::unique_ptr<tunnel> successor;
        std::vector<retired> old;
        std::string told = "closed";  ///< the state that the last event of this peer gave
        std::string problem;
        std::deque<bytes> unsent;            ///< messages for the tunnel to come up
        std::optional<std::uint32_t> relay;  ///< that packets took last
        bool wanted = false;
        bool is_outdated = false;  ///< introduced with an earlier key of this node
        time_point may_ask = time_point::min();
        duration patience = first_patience;
    };

    held* peer_of(spi in);
    tunnel* find(spi in);
    result<std::unique_ptr<tunnel>> make(const wire::tunnel_open& offer, bool is_repeated, time_point now);
    void use(held& peer, std::unique_ptr<tunnel> made, const wire::tunnel_open& offer, time_point now);
    void remember(held& peer, wire::tunnel_open offer);
    void plan_reopening(time_point begin);
    /// The peer uses a tunnel that was closed here, or that an earlier run of this node had.
    void reopen_for(spi in, byte_view datagram, time_point now);
    void place(held& peer, std::unique_ptr<tunnel> made);
    void promote(held& peer, time_point now);
    void remove(held& peer, std::unique_ptr<tunnel>& which);
    void drain(held& peer, tunnel& machine, time_point now);
    /// A path through a relay that died makes the relay doubtful.
    void watch_relay(held& peer, time_point now);
    void send_unsent(held& peer);
    void tell(node_id id, held& peer);
    template <typename Action>
    void with(spi in, time_point now, Action action);
    template <typename Action>
    void with_each(held& peer, time_point now, Action action);

    const node_settings& settings_;
    const crypto::identity_key& key_;
    tunnel_surroundings& around_;
    relay_client& relays_;
    random_source& random_;
    logger log_;
    const known_networks& known_;
    std::deque<node_output>& out_;
    std::map<node_id, held> peers_;
    std::unordered_map<spi, node_id> owners_;
    std::unordered_map<spi, node_id> offered_;  ///< of every held::offer
    std::uint64_t revision_ = 0;
};

}  // namespace buri::core
