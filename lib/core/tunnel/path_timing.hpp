#pragma once
// How often ways are probed, and how soon a silent one is given up. Nodes sample their traffic each 250 ms.
//
// A path that dies under traffic was probed at most 500 ms earlier; three probes 200 ms apart later it is left: after 0.6 to 1.1 s.
#include "buri/base/time_point.hpp"

#include <cstddef>
#include <cstdint>

namespace buri::core::path_timing {

inline constexpr std::size_t max_remotes = 24;
inline constexpr unsigned openers = 6;
inline constexpr unsigned openers_after_success = 3;
/// Of the probes that a silent address gets: they count most when both ends send at the same instant.
inline constexpr unsigned kept_for_punching = 8;
/// Hops that the first opener lives: it leaves the own network and dies before the peer's, where it might make a router take the
/// peer's address for used (Linux gives the peer another port then).
inline constexpr std::uint8_t opener_ttl = 4;
inline constexpr duration closest_probes =
    std::chrono::milliseconds(50);  ///< to one address that the peer's probes ask for
inline constexpr duration credit_interval = std::chrono::seconds(60);  ///< between two grants of openers
inline constexpr duration follow_interval = std::chrono::seconds(2);

inline constexpr duration measure_interval = std::chrono::milliseconds(500);  ///< of the path, under traffic
inline constexpr duration compare_interval = std::chrono::seconds(5);         ///< of the others, under traffic
inline constexpr duration patience_idle = std::chrono::seconds(30);           ///< the peer's keepalive comes each 25 s
inline constexpr duration patience_unproven = std::chrono::seconds(10);       ///< with a relay that never answered
/// An answer this old still says that a way is alive.
inline constexpr duration fresh = std::chrono::seconds(12);

/// Of a path's probes, if own addresses changed or the peer is seen to use a relay instead.
inline constexpr duration patience_if_suspect = std::chrono::milliseconds(100);
inline constexpr duration suspicion = std::chrono::seconds(1);  ///< how long the peer's turn counts

inline constexpr unsigned doubtful_after = 2;
inline constexpr unsigned lost_after = 3;           ///< probes while nothing at all is heard on the path
inline constexpr unsigned lost_if_suspect = 2;      ///< the same; if own addresses changed, whatever is still heard
inline constexpr unsigned lost_after_if_heard = 5;  ///< messages still arrive: it may be dead in one direction
inline constexpr unsigned last_lost_after = 5;      ///< the same if there is no other way
inline constexpr unsigned last_lost_after_if_heard = 30;

}  // namespace buri::core::path_timing
