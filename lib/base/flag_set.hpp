#pragma once
// A set of the values of a small enum, as one word.
#include <bit>
#include <cstdint>
#include <initializer_list>

namespace buri {

template <typename Enum>
class flag_set {
public:
    constexpr flag_set() = default;
    constexpr flag_set(std::initializer_list<Enum> values) {
        for (const auto value : values)
            insert(value);
    }
    /// Of bits(); those that no value has are left out by the caller.
    static constexpr flag_set from_bits(std::uint32_t bits) {
        flag_set out;
        out.bits_ = bits;
        return out;
    }

    [[nodiscard]] constexpr bool contains(Enum value) const { return (bits_ & bit(value)) != 0; }
    [[nodiscard]] constexpr bool contains_all(flag_set other) const { return (bits_ & other.bits_) == other.bits_; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr int size() const { return std::popcount(bits_); }
    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }

    constexpr void insert(Enum value) { bits_ |= bit(value); }
    constexpr void insert(flag_set other) { bits_ |= other.bits_; }
    constexpr void erase(flag_set other) { bits_ &= ~other.bits_; }

    constexpr bool operator==(const flag_set&) const = default;

private:
    static constexpr std::uint32_t bit(Enum value) { return std::uint32_t{1} << static_cast<unsigned>(value); }
    std::uint32_t bits_ = 0;
};

}  // namespace buri
