#pragma once
// What was tried to reach a peer directly, and what came of it.
#include "buri/wire/tunnel_messages.hpp"

#include <optional>
#include <vector>

namespace buri::core {

struct punch_evidence {
    wire::nat_info own;
    std::optional<wire::nat_info> peer;  ///< as it told; none: no round has been called yet
    std::vector<wire::candidate> own_candidates;
    std::vector<wire::candidate> peer_candidates;  ///< as it told
    std::optional<endpoint> seen;  ///< where the server sees the peer come from: the only address that is guessed at
    std::vector<wire::punch_trial> trials;  ///< the latest, oldest first
    std::optional<wire::why_reply> peers;   ///< the peer's own evidence, if it was asked and answered
};

}  // namespace buri::core
