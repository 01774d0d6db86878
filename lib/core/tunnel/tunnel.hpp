#pragma once
// One tunnel to one peer, from the server's introduction to its end (protocol section 4): finds a path by probing, agrees on
// keys over it, renews them, and keeps the path alive. Sans-I/O: feed it events with the time, then drain poll_output().
//
//     probing --path proven--> agreeing --keys confirmed--> up --path lost--> probing (keys are kept)
//                                                           up --keys expired--> agreeing
//
// What is not authenticated can only be ignored. A datagram that fails authentication changes nothing.
#include "buri/base/endpoint.hpp"
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/sealing.hpp"
#include "buri/crypto/traffic_keys.hpp"
#include "buri/wire/messages.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace buri::core {

enum class tunnel_state : std::uint8_t {
    probing,   ///< no proven path; candidates are tried
    agreeing,  ///< a path is proven; keys are not confirmed by the other side
    up,        ///< packets flow
    failed,    ///< this introduction cannot work (wrong key, unusable suite); only the server can give another
};
std::string_view to_string(tunnel_state state);

// ---- outputs ------------------------------------------------------------------------------------------------------------

/// A clear datagram, mac included, ready to be sent.
struct send_clear {
    endpoint to;
    bytes datagram;
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
    endpoint to;
};
/// Seal and send this plaintext now (empty: the dummy, which is also the keepalive) under the present send keys.
struct send_sealed {
    bytes plaintext;
};
/// For users and scripts.
struct tunnel_changed {
    tunnel_state state = tunnel_state::probing;
};
/// This introduction is used up: ask the server for a fresh one.
struct want_new_introduction {};

using tunnel_output = std::variant<send_clear, add_receive_keys, set_send_keys, drop_receive_keys, stop_sending,
                                   set_path, send_sealed, tunnel_changed, want_new_introduction>;

// ---- inputs that are values -----------------------------------------------------------------------------------------------

/// What the data plane counted so far in this tunnel. All only grow, except send_id, which starts again with each epoch.
struct traffic_sample {
    std::uint64_t sent_packets = 0;      ///< sealed, keepalives included
    std::uint64_t received_packets = 0;  ///< authentic, keepalives included
    std::uint32_t send_id = 0;           ///< last id used under the present send keys
    std::uint32_t receive_id = 0;        ///< newest id seen under the newest receive keys
};

/// For display.
struct tunnel_status {
    tunnel_state state = tunnel_state::probing;
    std::optional<endpoint> path;
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
    /// without encryption). Whether this node wants a tunnel without encryption is the caller's to know.
    static result<std::unique_ptr<tunnel>> make(node_id own, const crypto::identity_key& own_key,
                                                const wire::tunnel_open& offer, std::span<const suite_id> suites,
                                                random_source& random, logger log, time_point now);
    ~tunnel();
    tunnel(const tunnel&) = delete;
    tunnel& operator=(const tunnel&) = delete;

    /// A datagram with id 0 whose spi is spi_in(). Whole, as received.
    void on_clear_datagram(const endpoint& from, byte_view datagram, time_point now);
    /// An authentic sealed message came under this epoch for the first time.
    void on_epoch_confirmed(std::uint8_t epoch, time_point now);
    /// An authentic sealed message came from an address that is not the present path.
    void on_authentic_from(const endpoint& from, time_point now);
    void on_candidates(std::span<const wire::candidate> candidates, time_point now);
    /// Own addresses changed: every path is doubtful.
    void on_local_change(time_point now);
    /// A packet for the peer had to be dropped for want of keys or path.
    void on_send_wanted(time_point now);
    /// Sampled by the driver about once a second while the tunnel has keys.
    void on_traffic(const traffic_sample& sample, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    /// Drained to empty after every call above.
    std::optional<tunnel_output> poll_output();

    [[nodiscard]] tunnel_state state() const;
    [[nodiscard]] tunnel_status status() const;
    [[nodiscard]] node_id peer() const;
    [[nodiscard]] spi spi_in() const;
    [[nodiscard]] spi spi_out() const;

private:
    struct parts;
    explicit tunnel(std::unique_ptr<parts> made);
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
