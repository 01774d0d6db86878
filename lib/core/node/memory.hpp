#pragma once
// What a node needs to reach its peers while its server is away: kept in a file between runs.
#include "buri/base/result.hpp"
#include "buri/wire/messages.hpp"

#include <vector>

namespace buri::core {

struct memory {
    wire::sync all;  ///< as the server would tell it
    std::vector<wire::relay_info> relays;
    /// The latest of each peer. Where the peer was reached directly is the first of the candidates.
    std::vector<wire::tunnel_open> offers;

    bool operator==(const memory&) const = default;
};

/// So many members, and as many applicants, are in one event; a larger network is told in several, one after the other.
inline constexpr std::size_t members_in_one_event = 4000;

/// Events of the protocol (section 3), each as a length of 4 bytes, big-endian, and CBOR; then SHA-256 of all that. Holds
/// secrets of tunnels.
bytes encode(const memory& what);

/// errc::malformed if a bit is not as it was written.
result<memory> parse_memory(byte_view data);

}  // namespace buri::core
