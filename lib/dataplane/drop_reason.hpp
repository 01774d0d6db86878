#pragma once
// Why the data plane drops what it drops, and how often.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace buri::dataplane {

enum class drop_reason : std::uint8_t {
    none,
    not_ip,      ///< neither IPv4 nor IPv6, or of another length than its header says
    no_route,    ///< from the TUN: the destination is no peer
    no_session,  ///< from the TUN: the peer has no keys or no path now
    over_mtu,    ///< from the TUN: larger than the path carries, and not to be fragmented
    too_large,
    unknown_spi,
    unknown_epoch,
    replayed,
    forged,        ///< not authentic, or numbered past max_message_id
    wrong_source,  ///< an inner source that is not the sending peer's address
    wrong_destination,
    unknown_kind,
    no_channel,  ///< the way that it was to take is closed
    not_taken,   ///< the kernel did not take what was ready: a full queue, or no way to the address
    count_,
};
std::string_view to_string(drop_reason reason);

/// A counter that one thread writes and any may read: a load and a store do what a locked addition would.
template <typename T>
void add_to(std::atomic<T>& counter, T value) {
    constexpr auto relaxed = std::memory_order_relaxed;
    counter.store(counter.load(relaxed) + value, relaxed);
}

/// Written by one thread.
class drop_counters {
public:
    void count(drop_reason reason, std::uint64_t times = 1) {
        add_to(counts_[static_cast<std::size_t>(reason)], times);
    }
    [[nodiscard]] std::uint64_t operator[](drop_reason reason) const {
        return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(drop_reason::count_)> counts_{};
};

}  // namespace buri::dataplane
