#pragma once
// A way to a peer, as it is shown.
#include "buri/base/path_address.hpp"
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <optional>

namespace buri::core {

enum class way_kind : std::uint8_t {
    told,     ///< an address that the server named
    learned,  ///< whence a datagram of the peer came, or where punching looks for it; without credit of its own
    relay,    ///< a relay at which this end is bound
    stream,   ///< a connection to the peer itself
};

struct way_view {
    path_address at;
    way_kind kind = way_kind::told;
    std::optional<std::uint32_t> relay{};  ///< that it leads through
    bool is_path = false;                  ///< packets take it
    bool is_alive = false;                 ///< the peer answered on it, and it was not lost since
    std::optional<duration> round_trip{};  ///< smoothed; none: it never answered
    std::optional<duration> age{};         ///< since its last answer
    double loss = 0;                       ///< of probes and their answers, 0 to 1
    unsigned measured = 0;                 ///< probes that `loss` is made of
};

}  // namespace buri::core
