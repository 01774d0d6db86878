#pragma once
// Writes big-endian fields.
#include "buri/base/bytes.hpp"

#include <cstdint>

namespace buri::wire {

class writer {
public:
    writer& u8(std::uint8_t value);
    writer& u16(std::uint16_t value);
    writer& u32(std::uint32_t value);
    writer& u64(std::uint64_t value);
    writer& raw(byte_view value);
    /// A u16 length and the bytes, which must be fewer than 65,536.
    writer& var(byte_view value);

    [[nodiscard]] const bytes& data() const { return out_; }
    [[nodiscard]] bytes take() { return std::move(out_); }

private:
    bytes out_;
};

}  // namespace buri::wire
