#pragma once
// Where random bytes come from: the operating system in the product (crypto/system_random), a seed in a simulation.
#include "buri/base/bytes.hpp"

#include <array>
#include <cstdint>

namespace buri {

class random_source {
public:
    random_source() = default;
    random_source(const random_source&) = delete;
    random_source& operator=(const random_source&) = delete;
    virtual ~random_source() = default;

    virtual void fill(byte_span out) = 0;

    std::uint32_t u32() {
        std::array<std::uint8_t, 4> raw{};
        fill(raw);
        return std::uint32_t{raw[0]} << 24U | std::uint32_t{raw[1]} << 16U | std::uint32_t{raw[2]} << 8U | raw[3];
    }

    /// A value from 0 to bound - 1; bound must not be 0. The bias is below 2^-32 * bound.
    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(std::uint64_t{u32()} * bound >> 32U); }

    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        fill(out);
        return out;
    }
};

}  // namespace buri
