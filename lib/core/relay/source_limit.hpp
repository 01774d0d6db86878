#pragma once
// How often strangers may ask for work, by where they come from: a fixed number of token buckets. A source finds its bucket by a
// keyed hash, so nobody can choose whom to share one with, and no number of sources takes more memory.
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"

#include <cstdint>
#include <vector>

namespace buri::core {

/// The network that one party is taken to have all of.
enum class source_width : std::uint8_t {
    host,     ///< an IPv4 address, an IPv6 /64
    network,  ///< an IPv4 /24, an IPv6 /64
};

struct source_rate {
    std::uint32_t burst = 1;       ///< at once; at least 1
    std::uint32_t per_second = 1;  ///< and in the long run; at least 1
};

class source_limit {
public:
    source_limit(source_width width, source_rate rate, std::size_t buckets, random_source& random);

    /// True if one more may be done for this source; then it counts.
    bool take(const ip_address& source, time_point now);

private:
    [[nodiscard]] std::size_t bucket_of(const ip_address& source) const;

    source_width width_;
    duration interval_;
    duration slack_;
    std::uint64_t first_key_;
    std::uint64_t second_key_;
    std::vector<time_point> paid_until_;
};

}  // namespace buri::core
