#pragma once
// A node, above its connection to the server and below its sockets: what it knows of networks and peers, its tunnels,
// and the discovery of its own mapped addresses. Sans-I/O: feed events with the time, then drain poll_output().
#include "buri/core/node/memory.hpp"
#include "buri/core/port_mapping/report.hpp"
#include "buri/core/tunnel/punch_evidence.hpp"
#include "buri/core/tunnel/tunnel.hpp"
#include "buri/wire/json.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace buri::core {

struct node_settings {
    std::vector<suite_id> suites;        ///< allowed between peers, in order of preference
    std::vector<endpoint> stun_servers;  ///< the server's UDP 17771 and 17772
    std::string software;                ///< for hello
    bool allow_unencrypted = false;      ///< tunnels without encryption, protocol section 4
    std::uint16_t mtu = 1380;            ///< of the VPN's interface
    bool may_spray = true;               ///< probe many ports of a peer whose NAT gives out random ones
};

// ---- outputs -------------------------------------------------------------------------------------------------------

/// To be sealed and sent on the control channel. Dropped by the driver if there is none.
struct send_request {
    wire::numbered_request message;
};
/// STUN and relay control.
struct send_plain {
    path_address to;
    bytes datagram;
};
/// A stream to a relay, by whichever way works: TCP, TLS, a proxy. Ends in on_channel_open or on_channel_closed.
struct open_relay_stream {
    channel_id channel = 0;
    wire::relay_info relay;
};
/// A UDP socket beside the node's own, for discovery.
struct open_own_socket {
    channel_id channel = 0;
};
/// A peer proved itself in a stream that it opened.
struct keep_channel {
    channel_id channel = 0;
};
struct close_own_channel {
    channel_id channel = 0;
};
/// A datagram from outside came through this forwarded port.
struct mapping_reached {
    endpoint external;
};
/// Something that one tunnel wants. `in` names the tunnel: a peer may have two while a new one replaces the old. The
/// first of every tunnel is tunnel_changed, and it comes before route_peer names the tunnel. Never
/// want_new_introduction.
struct tunnel_wants {
    node_id peer;
    spi in;
    spi out;
    tunnel_output what;
};
/// Packets for the peer go through this tunnel from now on.
struct route_peer {
    node_id peer;
    spi in;
};
/// The tunnel is gone; its keys are wiped.
struct remove_tunnel {
    node_id peer;
    spi in;
};
/// Own addresses and prefixes, as first told by the server or changed.
struct configure_addresses {
    node_id self;
    ip_prefix pool;
    ip_prefix ula;
    bool operator==(const configure_addresses&) const = default;
};
/// An answer to a request that was made through request(); an error_answer comes as the error.
struct request_done {
    std::uint64_t ticket = 0;
    result<wire::answer> outcome;
};
/// For users and scripts: one line of `vpn events`. Fields are only ever added.
///
///     kind          fields
///     online        address, address6, nickname   connected and synchronised
///     offline                                     the connection to the server is lost
///     peer          peer, nickname, change        change: online, offline, nickname (with was, the earlier one), key (with
///                                                 fingerprint and was); and of a member, with network and name there:
///                                                 joined, left (with reason: left, evicted, banned, account_deleted), name
///                                                 (with was), privileges (with can); the last two of this node too
///     network       network, owner, change        change: joined, waiting (for approval: then owner is null), changed
///                                                 (with what changed: open, locked, approval, encryption, max_members,
///                                                 heir)
///     left          network, reason, text         this node is no longer in it; reason: left, deleted, evicted, banned,
///                                                 rejected
///     requested     network, peer, name, fingerprint   a node waits for approval
///     request_gone  network, peer, name, reason   and no longer does; reason: left, rejected, banned, account_deleted
///     welcome       network, text                 once, after joining
///     announcement  network, id, author, text     author: address, name
///     logged        id, time, actor, act, …       an act in an own network: an entry of the method `log`
///     plan          name, until                   what this node's account may use has changed
///     tunnel        peer, nickname, state         state: connecting, direct (with endpoint), failed (with problem), closed
///     notice        code, text                    a sentence from the server
///
/// Addresses and endpoints are text, peer and owner are IPv4 addresses in the VPN, times are RFC 3339, code is a number of
/// the table of errors.
struct node_event {
    std::string kind;
    wire::json data;
};
/// The reply to an echo through a tunnel.
struct echo_answered {
    node_id peer;
    std::uint64_t number = 0;
};
/// The server has not answered for too long, or an event of it is missing: close the connection and make another. Each said
/// once a connection.
struct reconnect_wanted {};

using node_output = std::variant<send_request, send_plain, open_relay_stream, open_own_socket, keep_channel,
                                 close_own_channel, mapping_reached, tunnel_wants, route_peer, remove_tunnel,
                                 configure_addresses, request_done, node_event, echo_answered, reconnect_wanted>;

// ---- views for display ---------------------------------------------------------------------------------------------

/// A relay as this node measures it.
struct relay_view {
    wire::relay_info info;
    std::optional<duration> round_trip;  ///< none: it does not answer
    bool by_stream = false;              ///< UDP does not get there
    std::size_t tunnels = 0;             ///< that may use it
};

struct peer_view {
    wire::peer_info info;
    std::vector<network_name> networks;
    std::optional<tunnel_status> tunnel;
    std::optional<spi> in;
    std::string problem;  ///< why the server's latest introduction could not be used; empty if it could
};

/// The ways to a peer, and what was tried to find a direct one.
struct peer_reach {
    std::vector<way_view> ways;
    punch_evidence tried;
};

/// What is spent on guessing ports, over all peers.
struct guess_usage {
    std::size_t live = 0;  ///< guesses that the own NAT may still remember, of punch_budget::live_entries
    bool is_spraying = false;
};

class node_machine {
public:
    node_machine(node_settings settings, const crypto::identity_key& key, random_source& random, logger log);
    ~node_machine();
    node_machine(const node_machine&) = delete;
    node_machine& operator=(const node_machine&) = delete;

    /// Before the first connection: what an earlier run of this node remembered. errc::malformed leaves everything as it was.
    result<void> recall(memory what, time_point now);
    /// AUTH OK was exchanged: says hello, starts discovery.
    void on_connected(node_id self, time_point now);
    /// Everything known is kept, tunnels above all.
    void on_disconnected(time_point now);
    void on_server_message(const wire::server_message& message, time_point now);
    /// An event came that is not understood because it is of a later version.
    void on_unknown_event(time_point now);

    /// Own host addresses with the UDP port, loopback and link-local left out by the caller.
    void on_local_endpoints(std::vector<endpoint> endpoints, time_point now);
    void on_stun_servers(std::vector<endpoint> servers, time_point now);
    /// Where this node takes streams that carry datagrams; port 0: nowhere.
    void on_stream_port(std::uint16_t port, time_point now);
    /// What the gateway says that it forwards to this node; offered to peers once the server has reached it.
    void on_port_mappings(std::vector<port_mapping> mappings, time_point now);
    /// A channel that was asked for can be used. `remote` is the other end of a stream.
    void on_channel_open(channel_id channel, const endpoint& remote, time_point now);
    /// A channel is gone, or could not be opened.
    void on_channel_closed(channel_id channel, const error& why, time_point now);
    /// For a stream that somebody opened to this node; its end is told by on_channel_closed.
    [[nodiscard]] channel_id next_channel();
    /// The network may be another one: an interface, an address or a route changed, or the machine slept.
    void on_network_change(time_point now);
    /// STUN answers, relay control, and clear datagrams (id 0) of tunnels. `to` is the own address that it came to, if this
    /// machine has several.
    void on_datagram(const path_address& from, byte_view datagram, time_point now,
                     const std::optional<ip_address>& to = {});

    /// Reports of the data plane, see dataplane/plane.hpp.
    void on_epoch_confirmed(spi in_with_epoch, time_point now);
    void on_authentic_from(spi in, const path_address& from, time_point now);
    void on_send_wanted(node_id peer, time_point now);
    void on_inner_control(node_id peer, spi in, byte_view inner, time_point now);
    void on_traffic(spi in, const traffic_sample& sample, time_point now);

    /// A request of the user; `ticket` comes back in request_done, at the latest with errc::timed_out after 10 s or
    /// with errc::not_online at once.
    void request(std::uint64_t ticket, wire::request body, time_point now);
    /// Asks the peer what it knows of the ways between the two; the answer is in reach() later.
    void ask_why(node_id peer, time_point now);
    void send_echo(node_id peer, std::uint64_t number, time_point now);
    /// The server has a new key of this node, and `key` of the constructor is that one now: every tunnel is made anew with
    /// it, the present ones being used until then.
    void on_key_changed(time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    std::optional<node_output> poll_output();

    /// For recall(), once the node was online; changes at most when the revision does.
    [[nodiscard]] memory remembered() const;
    [[nodiscard]] std::uint64_t revision() const;
    [[nodiscard]] bool is_online() const;  ///< connected and synchronised
    [[nodiscard]] node_id self() const;
    [[nodiscard]] const std::string& nickname() const;
    /// The nickname of this node or a peer; the address of any other.
    [[nodiscard]] std::string name_of(node_id node) const;
    [[nodiscard]] const wire::plan_info& plan() const;
    [[nodiscard]] const std::vector<wire::network_info>& networks() const;
    [[nodiscard]] std::vector<peer_view> peers() const;  ///< by address
    [[nodiscard]] std::vector<endpoint> mapped_endpoints() const;
    [[nodiscard]] const nat_report& nat() const;
    [[nodiscard]] std::vector<relay_view> relays() const;
    [[nodiscard]] std::vector<port_mapping> port_mappings() const;
    /// Nothing without a tunnel to the peer.
    [[nodiscard]] std::optional<peer_reach> reach(node_id peer, time_point now) const;
    [[nodiscard]] guess_usage guesses(time_point now) const;
    /// By its name in a network, by its own nickname if no network has that name, by address, or nick.network.
    /// errc::peer_not_found, errc::peer_ambiguous (the text lists the candidates).
    [[nodiscard]] result<node_id> find_peer(std::string_view text) const;
    /// The same within one network, for its administration: members, this node too, and those that wait. Any address passes,
    /// whoever has it. errc::not_a_member if this node is not in the network.
    [[nodiscard]] result<node_id> find_member(const network_name& network, std::string_view text) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
