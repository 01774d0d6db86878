#pragma once
// Two sites and a server: how long until they have a direct way, and by what.
#include "tests/sim/punching/site.hpp"

#include <optional>
#include <vector>

namespace buri::sim {

struct pair_settings {
    nat_settings a;
    nat_settings b;
    bool a_is_public = false;
    bool b_is_public = false;
    std::uint64_t seed = 1;
    double loss = 0;  ///< of each site's uplink
    duration relay_delay = std::chrono::milliseconds(40);
    duration limit = std::chrono::seconds(12);
    unsigned noise = 3;  ///< mappings of other hosts at each home, a second
};

struct pair_result {
    std::optional<duration> direct;  ///< at both ends, since the tunnel was introduced
    core::punch_evidence a;
    core::punch_evidence b;
    std::size_t sockets = 0;  ///< beside the main one, a minute later, of both
};

/// The nodes have been online for a while; then the server introduces them, and 80 ms later their tunnel is up by relay.
pair_result run_pair(const pair_settings& settings);
pair_settings pair_of(nat_class a, nat_class b, std::uint64_t seed);

/// `usual`, or BURI_SIM_SEEDS if that is more.
unsigned runs(unsigned usual);

}  // namespace buri::sim
