#include "buri/wire/writer.hpp"

#include <cassert>
#include <limits>

namespace buri::wire {

writer& writer::u8(std::uint8_t value) {
    out_.push_back(value);
    return *this;
}

writer& writer::u16(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value >> 8U)).u8(static_cast<std::uint8_t>(value));
}

writer& writer::u32(std::uint32_t value) {
    return u16(static_cast<std::uint16_t>(value >> 16U)).u16(static_cast<std::uint16_t>(value));
}

writer& writer::u64(std::uint64_t value) {
    return u32(static_cast<std::uint32_t>(value >> 32U)).u32(static_cast<std::uint32_t>(value));
}

writer& writer::raw(byte_view value) {
    append(out_, value);
    return *this;
}

writer& writer::var(byte_view value) {
    assert(value.size() <= std::numeric_limits<std::uint16_t>::max());
    return u16(static_cast<std::uint16_t>(value.size())).raw(value);
}

}  // namespace buri::wire
