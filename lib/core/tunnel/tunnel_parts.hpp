#pragma once
// The inside of a tunnel: who acts on which message, and what follows from the state that all parts are in together.
#include "buri/core/tunnel/epochs.hpp"
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/key_exchange.hpp"
#include "buri/core/tunnel/path_finder.hpp"
#include "buri/core/tunnel/path_mtu.hpp"
#include "buri/core/tunnel/punch.hpp"
#include "buri/core/tunnel/punch_mac.hpp"
#include "buri/core/tunnel/stream_dialer.hpp"
#include "buri/core/tunnel/traffic_watch.hpp"
#include "buri/core/tunnel/tunnel.hpp"
#include "buri/core/tunnel/tunnel_ground.hpp"

#include <deque>

namespace buri::core {

/// Where and when a datagram came, and how long it was.
struct received_from {
    path_address at;
    std::optional<ip_address> to;  ///< the own address that it came to
    std::size_t size = 0;
    time_point now;
};

struct tunnel::parts {
    parts(introduction&& made, tunnel_surroundings& shared, random_source& source, logger&& to, time_point now);

    void on(const wire::probe& message, const received_from& source);
    void on(const wire::probe_ack& message, const received_from& source);
    void on(const wire::ke1& message, const received_from& source);
    void on(const wire::ke2& message, const received_from& source);
    void on(const wire::ke3& message, const received_from& source);
    void on_confirmed(std::uint8_t epoch, time_point now);
    void on_message(const wire::tunnel_message& message, time_point now);
    void on_candidates(std::span<const wire::candidate> candidates, const std::optional<endpoint>& seen,
                       time_point now);
    void on_binding(const path_address& relay, time_point now);
    void on_channel_open(channel_id channel, time_point now);
    void on_channel_closed(channel_id channel, time_point now);
    void on_send_wanted(time_point now);
    void on_traffic(const traffic_sample& sample, time_point now);

    /// Does everything that is due. Called after every input, and is all that on_deadline does.
    void settle(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    [[nodiscard]] std::string_view problem() const;
    [[nodiscard]] bool is_resting() const { return resting_; }
    /// Sealed, along the path; false if there are no keys or no path.
    bool send_message(const wire::tunnel_message& message, bool dont_fragment, time_point now);
    /// When anything last happened.
    [[nodiscard]] time_point last_settled() const { return settled_; }

    const introduction between;
    tunnel_surroundings& around;
    random_source& random;
    const logger log;
    std::deque<tunnel_output> outputs;

    path_finder paths;
    path_mtu mtu;
    stream_dialer streams;
    epochs keys;
    ke_initiator initiator;  ///< idle at the responder
    ke_responder responder;  ///< empty at the initiator
    traffic_watch watch;
    tunnel_state state = tunnel_state::probing;
    tunnel_ground ground{*this};
    core::punch punching;

private:
    void ignored(std::string_view what, ke_refusal why) const;
    void send_dummy(time_point now);
    void end_slow_exchange(time_point now);
    void start_exchange(time_point now);
    void continue_exchange(time_point now);
    void probe_mtu(time_point now);
    void ask_for_introduction(time_point now);
    void give_up(time_point now);
    void rest();
    void wake(time_point now);
    void enter(tunnel_state next, time_point now);
    [[nodiscard]] tunnel_state present_state() const;
    /// The initiator begins an exchange then, if it has a path and none is under way.
    [[nodiscard]] time_point exchange_due() const;
    [[nodiscard]] time_point keepalive_due() const;
    [[nodiscard]] time_point rest_due() const;

    work_limit dummies_{std::chrono::milliseconds(100), 8};
    unsigned misfits_ = 0;  ///< exchanges in a row that timed out after a KE2 that the peer's key did not sign
    bool saw_bad_signature_ = false;       ///< since the tunnel was last up
    time_point agreed_ = never;            ///< when the send keys came into use
    std::optional<path_address> binding_;  ///< at this relay, as long as there is no path
    std::optional<std::uint16_t> told_mtu_;
    time_point settled_;
    bool resting_ = false;
    time_point woke_ = time_point::min();
    time_point busy_;  ///< when packets of the user were last seen
    time_point introduction_due_;
    duration introduction_wait_;
};

}  // namespace buri::core
