#pragma once
// Which way of punching two NATs allow. A pure table: both ends compute it from the same two reports and act their part.
//
// What goes through, for a packet to a port of X that had to be guessed, from Y: X lets it in unless X filters by port, as X has sent
// to Y's address; X's answer leaves from the same mapping unless that depends on the port; if it leaves from another, Y must not
// filter by port. So a guess of one side's port is enough if the other's mapping does not depend on the destination, or if these
// hold. Else both ports must be guessed, which is possible only if both are predictable.
#include "buri/core/nat_report.hpp"
#include "buri/wire/tunnel_messages.hpp"

namespace buri::core {

using wire::punch_strategy;

/// The part that the node with `own` plays against `peer`. `first`: it is the tunnel's initiator, which decides where both could play
/// either part. `stage`: how many rounds have failed so far. Never `none` before stage 1, since reports can be wrong.
punch_strategy plan_punch(const wire::nat_info& own, const wire::nat_info& peer, bool first, std::uint32_t stage);

/// What a peer is told of a report.
wire::nat_info told_of(const nat_report& own, bool may_spray);

}  // namespace buri::core
