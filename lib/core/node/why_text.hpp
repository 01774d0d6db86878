#pragma once
// Why a pair is connected as it is, and what would make it better, in words. Pure: from the evidence of both ends.
#include "buri/core/node_machine.hpp"
#include "buri/wire/tunnel_messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace buri::core {

/// One end.
struct why_side {
    std::string name;
    std::optional<wire::nat_info> nat;  ///< none: it did not tell
    std::vector<wire::candidate> candidates;
    std::vector<wire::punch_trial> trials;  ///< the latest, oldest first
};

enum class pair_state : std::uint8_t { offline, connecting, relay, tcp, direct };

struct why_facts {
    why_side own;
    why_side peer;
    pair_state state = pair_state::connecting;
    std::optional<endpoint> path;  ///< of the peer, in state direct
    bool is_resting = false;
    std::string relay;       ///< its name, in state relay
    std::string problem;     ///< why there is no tunnel; may be empty
    bool has_relays = true;  ///< the server told some that answer
};

struct why_text {
    std::string verdict;              ///< a sentence
    std::vector<std::string> advice;  ///< what would help, the best first; empty: nothing is needed
};

why_text explain(const why_facts& facts);

}  // namespace buri::core
