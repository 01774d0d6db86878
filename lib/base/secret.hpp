#pragma once
// Key material: moved, never copied by accident, never printed, wiped when it goes.
#include "buri/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace buri {

/// Overwrites memory in a way the optimiser keeps.
void wipe(byte_span data);

template <std::size_t N>
class secret {
public:
    static constexpr std::size_t size_bytes = N;

    secret() = default;
    explicit secret(std::span<const std::uint8_t, N> from) { std::ranges::copy(from, value_.begin()); }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    secret(secret&& other) noexcept : value_(other.value_) { other.clear(); }
    secret& operator=(secret&& other) noexcept {
        if (this != &other) {
            value_ = other.value_;
            other.clear();
        }
        return *this;
    }
    ~secret() { clear(); }

    /// A copy, where one is meant.
    [[nodiscard]] secret clone() const { return secret(std::span<const std::uint8_t, N>(value_)); }

    [[nodiscard]] std::span<const std::uint8_t, N> view() const { return value_; }
    [[nodiscard]] std::span<std::uint8_t, N> writable() { return value_; }
    void clear() { wipe(value_); }

private:
    std::array<std::uint8_t, N> value_{};
};

}  // namespace buri
