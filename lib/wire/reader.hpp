#pragma once
// Reads big-endian fields from bytes that anybody may have sent. An error sticks: check once, at the end.
#include "buri/base/bytes.hpp"

#include <array>
#include <cstdint>

namespace buri::wire {

/// Views that it returns point into the input. After a failed read every value is zero or empty.
class reader {
public:
    explicit reader(byte_view input) : rest_(input) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    byte_view take(std::size_t count);
    /// A u16 length and that many bytes; more than `max` is an error.
    byte_view var(std::size_t max);
    /// Everything that is left.
    byte_view rest();

    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        const auto from = take(N);
        for (std::size_t i = 0; i < from.size(); ++i)
            out[i] = from[i];
        return out;
    }

    void fail() { ok_ = false; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    /// True if every read succeeded and nothing is left over.
    [[nodiscard]] bool finish() const { return ok_ && rest_.empty(); }

private:
    byte_view rest_;
    bool ok_ = true;
};

}  // namespace buri::wire
