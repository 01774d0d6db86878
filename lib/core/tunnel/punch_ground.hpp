#pragma once
// What coordinated punching may ask of the tunnel that it works for (core/tunnel/punch.hpp). The tunnel asks it in turn: on_message,
// on_nat, on_candidates, on_deadline and next_deadline, while wants_direct_way() holds.
//
// An address that punching finds is never handed over: whatever answers a probe, or whence the peer's own probes come, becomes a
// way of the tunnel by itself, is measured, and is taken as the path if it is the best.
#include "buri/base/bytes.hpp"
#include "buri/base/path_address.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/nat_report.hpp"
#include "buri/wire/tunnel_messages.hpp"

#include <cstdint>
#include <optional>

namespace buri::core {

class punch_ground {
public:
    punch_ground() = default;
    punch_ground(const punch_ground&) = delete;
    punch_ground& operator=(const punch_ground&) = delete;
    virtual ~punch_ground() = default;

    /// The tunnel is up, is not at rest, and its path leads through a relay because no direct way answers.
    [[nodiscard]] virtual bool wants_direct_way() const = 0;
    /// Its path leads through no relay.
    [[nodiscard]] virtual bool is_direct() const = 0;
    /// Of a probe and its ACK through the relay, smoothed.
    [[nodiscard]] virtual std::optional<duration> relay_round_trip() const = 0;

    /// A probe now and `count` - 1 more at the gaps of a burst (20, 40, 80, 160 ms …); the first with this TTL. Gives how many
    /// of them there will be: an address that is silent gets so many in all as silent_limit says, and where the server sees the
    /// peer what punch_budget says beside; nothing goes where no peer may be. At most 24 such addresses are known at a time, the
    /// oldest that never answered are forgotten first.
    virtual unsigned probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl,
                           time_point now) = 0;
    /// Another round begins: an answer to what was scattered before tells nothing any more.
    virtual void begin_scattering() = 0;
    /// One probe that nothing is remembered of: for hundreds of addresses, whose number and rate are the caller's to limit. The
    /// peer that gets it is noticed by its own probe in return.
    virtual void scatter(const path_address& to, std::optional<std::uint8_t> ttl, time_point now) = 0;
    /// Not of the tunnel: a STUN request through a socket of its own, whose answer comes back by tunnel::on_stun().
    virtual void send_plain(const path_address& to, bytes datagram) = 0;

    /// Sealed, through the present path; false if there are no keys or no path.
    virtual bool send_message(const wire::tunnel_message& message, time_point now) = 0;

    /// A further UDP socket; nothing if the node gives no more. Whichever becomes the path stays; the rest is the caller's to close.
    virtual std::optional<channel_id> open_socket() = 0;
    virtual void close_channel(channel_id channel) = 0;
    /// A way that answers leads through this channel.
    [[nodiscard]] virtual bool is_used(channel_id channel) const = 0;
};

}  // namespace buri::core
