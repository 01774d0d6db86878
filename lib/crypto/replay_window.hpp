#pragma once
// Which message numbers were seen: a sliding window over 32-bit ids, as in RFC 6479.
#include <array>
#include <cstdint>

namespace buri::crypto {

class replay_window {
public:
    /// Ids this far behind the newest are still told apart (protocol section 4: at least 8,128).
    static constexpr std::uint32_t size = 8192 - 64;

    /// True if the id was neither seen nor is too old. Asked before a message is opened.
    [[nodiscard]] bool is_fresh(std::uint32_t id) const;
    /// Marks it as seen. Only after it was found authentic.
    void mark(std::uint32_t id);
    [[nodiscard]] std::uint32_t newest() const { return newest_; }

private:
    static constexpr std::uint32_t block_bits = 64;
    static constexpr std::uint32_t blocks = 128;
    std::array<std::uint64_t, blocks> seen_{};
    std::uint32_t newest_ = 0;
};

}  // namespace buri::crypto
