#pragma once
// The relays of the server's fleet, as a node uses them (protocol section 6): measures how far each is, binds the inbound SPI of
// every tunnel at those that the server granted, and keeps the way there open. Sans-I/O.
//
//     a relay:    asking --PONG--> reached by UDP --silent--> asking
//                 asking --no PONG for 300 ms, and a tunnel needs it--> by a stream, UDP asked each 10 s and taken back
//     a binding:  wanted --BIND--> bound --fewer bindings in PONG than here, another way, a fresh token--> wanted
//
// A relay that no tunnel needs is measured now and then. One that tunnels need is asked each 25 s, which keeps the NAT's mapping
// and, by the number of bindings in PONG, shows when it has changed; that is all an idle node sends. A tunnel at rest needs only the
// best of its relays.
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/core/node/known_relay.hpp"
#include "buri/core/node_machine.hpp"
#include "buri/core/tunnel/surroundings.hpp"

#include <deque>
#include <map>
#include <set>
#include <variant>
#include <vector>

namespace buri::core {

/// The relays at which a tunnel is bound have changed.
struct tunnel_bound {
    spi in;
    std::vector<relay_path> at;  ///< best first
};
/// BIND for a tunnel that is bound nowhere yet is on its way there: what follows it finds the relay ready.
struct tunnel_binding {
    spi in;
    path_address at;
};
/// What a datagram of a relay says of this node's mapping.
enum class mapping_hint : std::uint8_t {
    none,
    alive,     ///< what left the main socket came back
    doubtful,  ///< the relay knows nothing that was bound from here
};
using relay_output = std::variant<send_plain, open_relay_stream, close_own_channel, tunnel_bound, tunnel_binding>;

class relay_client {
public:
    relay_client(tunnel_surroundings& around, random_source& random, const logger& log)
        : around_(around), random_(random), log_(log) {}

    /// Where the server's own relay is, as a rule: asked at once, so that it is known when the list comes.
    void on_server(const endpoint& udp, time_point now);
    void on_list(const std::vector<wire::relay_info>& relays, time_point now);
    /// What the server granted for one tunnel, best first; replaces what it granted before.
    void on_grants(spi in, const std::vector<wire::relay_grant>& grants, time_point now);
    void on_tunnel_removed(spi in);
    /// A tunnel at rest is woken through the best of its relays: the others' bindings may end meanwhile.
    void on_rest(spi in, bool rests, time_point now);
    mapping_hint on_datagram(const path_address& from, byte_view datagram, time_point now);
    void on_channel_open(channel_id channel, const endpoint& remote, time_point now);
    /// True if it was one of these.
    bool on_channel_closed(channel_id channel, time_point now);
    /// Own addresses are others: every mapping is new.
    void on_network_change(time_point now);
    /// A tunnel's path through a relay died: is it the relay?
    void on_doubt(time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    std::optional<relay_output> poll_output();

    [[nodiscard]] std::vector<relay_view> views() const;
    /// For the server: changes only when a relay comes, goes, or is a good deal nearer or farther.
    [[nodiscard]] std::vector<wire::relay_round_trip> round_trips();
    [[nodiscard]] const known_relay* find(std::uint32_t id) const;

private:
    struct binding {
        std::uint32_t relay = 0;
        bytes token;
        bool is_bound = false;
        unsigned tries = 0;
        time_point next_try = never;
    };

    known_relay* by_id(std::uint32_t id);
    /// What the list says now, with what is known of it already.
    known_relay renewed(const wire::relay_info& info, time_point now);
    known_relay* by_address(const path_address& from);
    mapping_hint on(known_relay& relay, const path_address& from, const wire::relay_pong& message, time_point now);
    void on(known_relay& relay, const wire::relay_bind_ok& message);
    void on(known_relay& relay, const wire::relay_bind_err& message, time_point now);
    void ask(known_relay& relay, time_point now);
    void ping(known_relay& relay, const path_address& to, time_point now);
    void lose_way(known_relay& relay, time_point now);
    void take_way(known_relay& relay, const path_address& way, time_point now);
    void close_stream(known_relay& relay);
    void open_stream_if_needed(known_relay& relay, time_point now);
    void bind_all(const known_relay& relay, time_point now);
    void bind_due(time_point now);
    void tell(spi in);
    /// Nothing is bound at this relay any more.
    void forget_bindings(std::uint32_t relay);
    void count_bindings();

    tunnel_surroundings& around_;
    random_source& random_;
    const logger& log_;
    std::vector<known_relay> relays_;
    std::optional<known_relay> likely_;             ///< before there is a list
    std::map<spi, std::vector<binding>> bindings_;  ///< by inbound SPI, best relay first
    std::set<spi> resting_;
    std::map<spi, std::vector<relay_path>> told_;
    std::deque<relay_output> out_;
};

}  // namespace buri::core
