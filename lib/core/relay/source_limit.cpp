#include "buri/core/relay/source_limit.hpp"

#include <algorithm>

namespace buri::core {
namespace {

std::uint64_t u64(random_source& random) {
    const std::uint64_t high = random.u32();
    return high << 32U | random.u32();
}

/// The finaliser of MurmurHash3: every bit of the input changes every bit of the output.
std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 33U;
    value *= 0xff51afd7ed558ccdU;
    value ^= value >> 33U;
    value *= 0xc4ceb9fe1a85ec53U;
    return value ^ value >> 33U;
}

}  // namespace

source_limit::source_limit(source_width width, source_rate rate, std::size_t buckets, random_source& random)
    : width_(width),
      interval_(duration(std::chrono::seconds(1)) / std::max(1U, rate.per_second)),
      slack_(interval_ * (std::max(1U, rate.burst) - 1)),
      first_key_(u64(random)),
      second_key_(u64(random)),
      paid_until_(std::max<std::size_t>(1, buckets), time_point::min()) {}

std::size_t source_limit::bucket_of(const ip_address& source) const {
    const auto& raw = source.v6_bytes();
    // The /64 of an IPv6 address; of an IPv4 one the last half, which holds it.
    const auto* const half = raw.data() + (source.is_v4() ? 8 : 0);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = number << 8U | half[i];
    if (source.is_v4() && width_ == source_width::network) number &= ~std::uint64_t{0xff};
    return mix(mix(number ^ first_key_) ^ second_key_) % paid_until_.size();
}

bool source_limit::take(const ip_address& source, time_point now) {
    auto& paid = paid_until_[bucket_of(source)];
    const auto from = std::max(paid, now);
    if (from - now > slack_) return false;
    paid = from + interval_;
    return true;
}

}  // namespace buri::core
