#pragma once
// Rates of a relay: what a node may send, and what was sent on of late.
#include "buri/base/time_point.hpp"

#include <algorithm>
#include <cstdint>

namespace buri::core {

/// A token bucket in kbit/s that holds half a second. It takes whole datagrams: the one that empties it may be larger than what is
/// left, and the next ones wait so much longer.
class kbit_bucket {
public:
    static constexpr duration burst = std::chrono::milliseconds(500);

    /// False if `kbit` (0: unlimited) does not allow so many bytes now.
    bool take(std::size_t bytes, std::uint32_t kbit, time_point now) {
        if (kbit == 0) return true;
        const auto from = std::max(paid_until_, now);
        if (from - now >= burst) return false;
        paid_until_ = from + duration(std::int64_t(bytes) * 8'000'000 / kbit);
        return true;
    }

    /// Of datagrams of `segment` bytes each, the last perhaps shorter, the same for one after the other: how many of the bytes, from
    /// the front.
    std::size_t take_front(std::size_t bytes, std::size_t segment, std::uint32_t kbit, time_point now) {
        if (kbit == 0) return bytes;
        std::size_t taken = 0;
        while (taken < bytes && take(std::min(segment, bytes - taken), kbit, now))
            taken += std::min(segment, bytes - taken);
        return taken;
    }

private:
    time_point paid_until_ = time_point::min();
};

/// kbit/s over whole windows of ten seconds.
class kbit_meter {
public:
    static constexpr duration window = std::chrono::seconds(10);

    explicit kbit_meter(time_point now) : began_(now) {}

    void add(std::size_t bytes, time_point now) {
        turn(now);
        bytes_ += bytes;
    }
    /// Of the last whole window.
    [[nodiscard]] std::uint32_t value(time_point now) const {
        auto copy = *this;
        copy.turn(now);
        return copy.last_;
    }

private:
    void turn(time_point now) {
        if (now - began_ < window) return;
        const bool is_just_over = now - began_ < 2 * window;
        last_ = is_just_over ? static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes_ * 8 / 10'000, UINT32_MAX)) : 0;
        began_ = is_just_over ? began_ + window : now;
        bytes_ = 0;
    }

    time_point began_;
    std::uint64_t bytes_ = 0;
    std::uint32_t last_ = 0;
};

}  // namespace buri::core
