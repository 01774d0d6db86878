#pragma once
// A number that one thread counts up and any other may read.
#include <atomic>
#include <cstdint>

namespace buri::udp {

class counter {
public:
    /// By one thread only: what only it writes needs no locked instruction.
    void add(std::uint64_t more) {
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace buri::udp
