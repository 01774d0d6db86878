#pragma once
// The Internet checksum (RFC 1071).
#include "buri/base/bytes.hpp"

#include <cstdint>

namespace buri::dataplane {

class checksum {
public:
    /// All but the last part must be of even length.
    checksum& add(byte_view part) {
        std::size_t i = 0;
        for (; i + 1 < part.size(); i += 2)
            add(static_cast<std::uint32_t>(part[i] << 8U | part[i + 1]));
        if (i < part.size()) add(static_cast<std::uint32_t>(part[i] << 8U));
        return *this;
    }
    checksum& add(std::uint32_t value) {
        sum_ += value;
        return *this;
    }
    /// As it stands in a header whose field for it was zero; 0 over a whole with a valid one.
    [[nodiscard]] std::uint16_t value() const {
        auto folded = sum_;
        while (folded > 0xffff)
            folded = (folded & 0xffffU) + (folded >> 16U);
        return static_cast<std::uint16_t>(~folded);
    }

private:
    std::uint64_t sum_ = 0;
};

/// After one 16-bit word under it changed (RFC 1624, equation 3).
inline std::uint16_t update_checksum(std::uint16_t was, std::uint16_t old_word, std::uint16_t new_word) {
    const auto not_of = [](std::uint16_t value) { return static_cast<std::uint32_t>(~value & 0xffff); };
    return checksum().add(not_of(was)).add(not_of(old_word)).add(std::uint32_t{new_word}).value();
}

inline std::uint16_t get_u16(byte_view from) {
    return static_cast<std::uint16_t>(from[0] << 8U | from[1]);
}

inline void put_u16(byte_span to, std::size_t value) {
    to[0] = static_cast<std::uint8_t>(value >> 8U);
    to[1] = static_cast<std::uint8_t>(value);
}

}  // namespace buri::dataplane
