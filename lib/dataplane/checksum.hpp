#pragma once
// The Internet checksum (RFC 1071).
#include "buri/base/bytes.hpp"

#include <cstdint>

namespace buri::dataplane {

/// The one's complement sum of the 16-bit words in network order, folded to 16 bits; a last odd byte is the high half of a word.
std::uint16_t sum_words(byte_view data);

class checksum {
public:
    /// All but the last part must be of even length.
    checksum& add(byte_view part) { return add(std::uint32_t{sum_words(part)}); }
    checksum& add(std::uint32_t value) {
        sum_ += value;
        return *this;
    }
    /// The sum itself, as a field holds it that the kernel is to finish.
    [[nodiscard]] std::uint16_t partial() const {
        auto folded = sum_;
        while (folded > 0xffff)
            folded = (folded & 0xffffU) + (folded >> 16U);
        return static_cast<std::uint16_t>(folded);
    }
    /// As it stands in a header whose field for it was zero; 0 over a whole with a valid one.
    [[nodiscard]] std::uint16_t value() const { return static_cast<std::uint16_t>(~partial()); }

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

inline std::uint32_t get_u32(byte_view from) {
    return std::uint32_t{get_u16(from)} << 16U | get_u16(from.subspan(2));
}

inline void put_u32(byte_span to, std::uint32_t value) {
    put_u16(to, value >> 16U);
    put_u16(to.subspan(2), value & 0xffffU);
}

}  // namespace buri::dataplane
