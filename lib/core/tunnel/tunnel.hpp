#pragma once
// One tunnel to one peer, from the server's introduction to its end (protocol section 4): finds a path by probing, agrees on
// keys over it, renews them, and keeps the path alive. Sans-I/O: feed it events with the time, then drain poll_output().
//
//     probing --path proven--> agreeing --keys confirmed--> up --path lost--> probing (keys are kept)
//                                                           up --keys expired--> agreeing
//
// A relay is a path from the start, before anything is proven. After two minutes without packets a tunnel that has one rests: it
// sends nothing, its keys may expire, and the next packet wakes it.
//
// What is not authenticated can only be ignored. A datagram that fails authentication changes nothing.
#include "buri/base/log.hpp"
#include "buri/base/path_address.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/tunnel/punch_evidence.hpp"
#include "buri/core/tunnel/surroundings.hpp"
#include "buri/core/tunnel/way_view.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/sealing.hpp"
#include "buri/crypto/traffic_keys.hpp"
#include "buri/wire/messages.hpp"
#include "buri/wire/stun.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace buri::core {

enum class tunnel_state : std::uint8_t {
    probing,   ///< no path; candidates are tried
    agreeing,  ///< there is a path; keys are not confirmed by the other side
    up,        ///< packets flow, or will as soon as there are some
    failed,    ///< this introduction cannot work (wrong key, unusable suite); only the server can give another
};
std::string_view to_string(tunnel_state state);

// ---- outputs ------------------------------------------------------------------------------------------------------------

/// A clear datagram, mac included, ready to be sent.
struct send_clear {
    path_address to;
    bytes datagram;
    std::optional<ip_address> from{};   ///< the own address that it leaves from; none: the kernel's choice
    std::optional<std::uint8_t> ttl{};  ///< hops until it dies: opens the own NAT without reaching the peer's
};
/// A further UDP socket on a port of the kernel's choice, to be used by this tunnel alone.
struct open_socket {
    channel_id channel = 0;
};
/// A TCP connection that carries datagrams to the peer itself, its local port `local_port` if that is not 0.
struct open_stream {
    channel_id channel = 0;
    endpoint to;
    std::uint16_t local_port = 0;
};
/// Of either kind. What is on its way in it may be lost.
struct close_channel {
    channel_id channel = 0;
};
/// From now on messages of this epoch can be opened. Takes effect before any datagram that follows it in the outputs is sent.
struct add_receive_keys {
    std::uint8_t epoch = 0;
    suite_id suite = suite_id::aes;
    crypto::secrecy secrecy = crypto::secrecy::encrypted;
    crypto::direction_keys keys;
};
/// From now on messages are sealed under this epoch, starting at id 1.
struct set_send_keys {
    std::uint8_t epoch = 0;
    suite_id suite = suite_id::aes;
    crypto::secrecy secrecy = crypto::secrecy::encrypted;
    crypto::direction_keys keys;
};
/// The epoch's receive keys are wiped.
struct drop_receive_keys {
    std::uint8_t epoch = 0;
};
/// The send keys are wiped: they have expired and nothing replaces them yet.
struct stop_sending {};
/// Packets go here from now on. An endpoint with port 0: nowhere.
struct set_path {
    path_address to;
    std::optional<ip_address> from{};  ///< the own address that they leave from; none: the kernel's choice
};
/// The largest IP packet that the path carries in one piece; 0: not known, packets go as they are.
struct set_mtu {
    std::uint16_t inner = 0;
};
/// Seal and send this plaintext now (empty: the dummy, which is also the keepalive) under the present send keys.
struct send_sealed {
    bytes plaintext;
    bool dont_fragment = false;  ///< rather lost than in pieces: a probe of the path's MTU
};
/// The path does not answer: make sure at once that this tunnel is still bound at its relays.
struct want_relays {};
/// For users and scripts.
struct tunnel_changed {
    tunnel_state state = tunnel_state::probing;
};
/// This introduction is used up: ask the server for a fresh one.
struct want_new_introduction {};

using tunnel_output = std::variant<send_clear, add_receive_keys, set_send_keys, drop_receive_keys, stop_sending,
                                   set_path, set_mtu, send_sealed, open_socket, open_stream, close_channel, want_relays,
                                   tunnel_changed, want_new_introduction>;

// ---- inputs that are values -----------------------------------------------------------------------------------------------

/// What the data plane counted so far in this tunnel. All only grow, except send_id, which starts again with each epoch.
struct traffic_sample {
    std::uint64_t sent_packets = 0;      ///< sealed, keepalives included
    std::uint64_t received_packets = 0;  ///< authentic, keepalives included
    std::uint64_t sent_large = 0;        ///< of the user's packets those that not every path carries
    std::uint32_t send_id = 0;           ///< last id used under the present send keys
    std::uint32_t receive_id = 0;        ///< newest id seen under the newest receive keys
};

/// A relay at which this tunnel's inbound SPI is bound.
struct relay_path {
    std::uint32_t relay = 0;
    path_address where;  ///< what is sent there reaches the peer once it is bound there too
    bool operator==(const relay_path&) const = default;
};

/// For display.
struct tunnel_status {
    tunnel_state state = tunnel_state::probing;
    std::optional<path_address> path;
    std::optional<std::uint32_t> relay;  ///< the path leads through this relay
    bool is_stream = false;              ///< the path is a connection to the peer itself
    bool resting = false;                ///< no traffic for long: no keepalives, and the next packet wakes it
    std::optional<std::uint16_t> mtu;    ///< of IP packets inside, as probed
    std::optional<duration> round_trip;
    std::optional<std::uint8_t> epoch;  ///< of the send keys
    suite_id suite = suite_id::aes;
    bool plain = false;        ///< authenticated, but not encrypted
    std::string_view problem;  ///< why it failed, or why it is not up yet; empty if it is up
};

class tunnel {
public:
    /// `offer` comes from the server; `own` is this node. Fails with errc::key_unsuitable, errc::malformed or
    /// errc::suite_refused if the offer cannot be used (own key as the peer's, bad key blob, suite not in `suites`, suite classic
    /// without encryption). Whether this node wants a tunnel without encryption is the caller's to know. `is_repeated`: the offer
    /// was used before, by an earlier tunnel or an earlier run of this node.
    static result<std::unique_ptr<tunnel>> make(node_id own, const crypto::identity_key& own_key,
                                                const wire::tunnel_open& offer, std::span<const suite_id> suites,
                                                tunnel_surroundings& around, random_source& random, logger log,
                                                time_point now, bool is_repeated = false);
    ~tunnel();
    tunnel(const tunnel&) = delete;
    tunnel& operator=(const tunnel&) = delete;

    /// A datagram with id 0 whose spi is spi_in(). Whole, as received; `to` is the own address that it came to, if this machine
    /// has several. True if it is of the peer.
    bool on_clear_datagram(const path_address& from, byte_view datagram, time_point now,
                           const std::optional<ip_address>& to = {});
    /// An authentic message of the peer for the tunnel itself, as opposed to its user.
    void on_message(const wire::tunnel_message& message, time_point now);
    /// The relays at which this tunnel is bound; replaces those before.
    /// This end is being bound there: the key exchange may begin behind that.
    void on_binding(const path_address& relay, time_point now);
    void on_relays(std::span<const relay_path> relays, time_point now);
    /// A stream that was asked for by open_stream() is connected.
    void on_channel_open(channel_id channel, time_point now);
    /// A channel is gone, perhaps one of another tunnel.
    void on_channel_closed(channel_id channel, time_point now);
    /// What this node's own NAT does, as the surroundings tell, is something else now.
    void on_nat(time_point now);
    /// A STUN answer that came to a socket which this tunnel opened.
    void on_stun(const path_address& from, const wire::stun_response& response, time_point now);
    /// Asks the peer for what it knows and has tried; the answer is in evidence() later.
    void ask_why(time_point now);
    /// An authentic sealed message came under this epoch for the first time.
    void on_epoch_confirmed(std::uint8_t epoch, time_point now);
    /// An authentic sealed message came from an address that is not the present path.
    void on_authentic_from(const path_address& from, time_point now);
    /// `seen`: where the server sees the peer's connection come from.
    void on_candidates(std::span<const wire::candidate> candidates, time_point now,
                       const std::optional<endpoint>& seen = {});
    /// Own addresses changed: every path is doubtful.
    void on_local_change(time_point now);
    /// A packet for the peer had to be dropped for want of keys or path.
    void on_send_wanted(time_point now);
    /// Sampled by the driver each 250 ms while the tunnel has keys.
    void on_traffic(const traffic_sample& sample, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    /// Drained to empty after every call above.
    std::optional<tunnel_output> poll_output();

    [[nodiscard]] tunnel_state state() const;
    [[nodiscard]] tunnel_status status() const;
    /// What was tried to reach the peer directly.
    [[nodiscard]] punch_evidence evidence(time_point now) const;
    /// Every way that is known, for display.
    [[nodiscard]] std::vector<way_view> ways(time_point now) const;
    [[nodiscard]] node_id peer() const;
    [[nodiscard]] spi spi_in() const;
    [[nodiscard]] spi spi_out() const;

    struct parts;

private:
    explicit tunnel(std::unique_ptr<parts> made);
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
