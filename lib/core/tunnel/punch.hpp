#pragma once
// Finds a direct way where candidates alone do not, together with the peer: the ends tell each other over the relayed tunnel what
// their NATs do and where they are now, and begin at the same instant (as DCUtR of libp2p does).
//
//     idle --due--> calling --answer--> preparing --> starting --half a round trip--> open --direct, or over--> idle
//     idle --call--> held --tunnel awake--> preparing --> answered --go--> open
//
// Held: a tunnel at rest waits a little for the packets that the peer calls for.
// Preparing: a fresh socket asks STUN servers, so that the peer knows or can guess its port; left out if no guess needs it, or if
// this end has a direct way already.
//
// A round that fails is tried again after 1 s, 5 s, 30 s and then each 5 min, at once when either side's network changed. All of it is
// end to end, so the server may be away. Guesses go only to the address that the server saw the peer come from.
#include "buri/base/log.hpp"
#include "buri/base/random_source.hpp"
#include "buri/core/tunnel/punch_evidence.hpp"
#include "buri/core/tunnel/punch_ground.hpp"
#include "buri/core/tunnel/surroundings.hpp"
#include "buri/wire/stun.hpp"

#include <memory>
#include <optional>

namespace buri::core {

class punch {
public:
    punch(node_id peer, bool is_initiator, punch_ground& ground, tunnel_surroundings& around, random_source& random,
          const logger& log);
    ~punch();
    punch(const punch&) = delete;
    punch& operator=(const punch&) = delete;

    /// punch, why and why_reply; others are not taken.
    void on_message(const wire::tunnel_message& message, time_point now);
    /// The report in the surroundings changed. If it matters for punching, a round starts at once.
    void on_nat(time_point now);
    /// From the server, with its candidates: where it sees the peer's connection come from.
    void on_seen(const std::optional<endpoint>& seen, time_point now);
    void on_stun(const path_address& from, const wire::stun_response& response, time_point now);
    void on_channel_closed(channel_id channel);
    /// Own addresses changed.
    void on_local_change(time_point now);

    /// To be called after every change of what the ground says, too: it begins and ends rounds.
    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    /// Asks the peer for its evidence.
    void ask_why(time_point now);
    [[nodiscard]] punch_evidence evidence(time_point now) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
