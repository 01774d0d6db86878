#pragma once
// Which of two ways is the better: by kind first, then by round trip and loss.
//
// A datagram to the peer itself is better than a stream to it, and that better than a relay, unless it is much worse in figures that
// are stable. Among the same kind the nearer wins, but not for a trifle.
#include "buri/core/tunnel/remote.hpp"

namespace buri::core {

/// Higher is better.
int rank_of(const remote& way);
/// True if packets should take `candidate` rather than `present`, both being alive.
bool is_better(const remote& candidate, const remote& present);

}  // namespace buri::core
