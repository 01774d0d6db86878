#include "buri/wire/reader.hpp"

namespace buri::wire {
namespace {

std::uint64_t big_endian(byte_view raw) {
    std::uint64_t value = 0;
    for (const auto byte : raw)
        value = value << 8U | byte;
    return value;
}

}  // namespace

byte_view reader::take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
        ok_ = false;
        return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

std::uint8_t reader::u8() {
    return static_cast<std::uint8_t>(big_endian(take(1)));
}

std::uint16_t reader::u16() {
    return static_cast<std::uint16_t>(big_endian(take(2)));
}

std::uint32_t reader::u32() {
    return static_cast<std::uint32_t>(big_endian(take(4)));
}

std::uint64_t reader::u64() {
    return big_endian(take(8));
}

byte_view reader::var(std::size_t max) {
    const std::size_t size = u16();
    if (size > max) ok_ = false;
    return take(size);
}

byte_view reader::rest() {
    return take(rest_.size());
}

}  // namespace buri::wire
