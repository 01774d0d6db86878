#include "buri/wire/frame.hpp"

#include "buri/wire/reader.hpp"
#include "buri/wire/writer.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace buri::wire {
namespace {

constexpr std::size_t size_field = 4;
constexpr std::size_t id_field = 4;

}  // namespace

bytes make_frame(std::uint32_t id, std::size_t payload_size) {
    assert(payload_size <= std::numeric_limits<std::uint32_t>::max() - id_field);
    writer out;
    out.u32(static_cast<std::uint32_t>(id_field + payload_size)).u32(id);
    auto raw = out.take();
    raw.resize(frame_header_size + payload_size);
    return raw;
}

bytes make_frame(std::uint32_t id, byte_view payload) {
    auto raw = make_frame(id, payload.size());
    std::ranges::copy(payload, raw.begin() + frame_header_size);
    return raw;
}

void frame_reader::feed(byte_view data) {
    if (broken_) return;
    // Moving the rest down only when at least as much was consumed keeps the whole linear in what was fed.
    if (start_ > 0 && start_ >= buffer_.size() - start_) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
        start_ = 0;
    }
    append(buffer_, data);
}

std::optional<frame> frame_reader::next() {
    const auto waiting = byte_view(buffer_).subspan(start_);
    if (broken_ || waiting.size() < size_field) return std::nullopt;
    reader header(waiting);
    const std::size_t size = header.u32();
    if (size < id_field || size > limit_) {
        broken_ = true;
        buffer_ = {};
        start_ = 0;
        return std::nullopt;
    }
    if (waiting.size() < size_field + size) return std::nullopt;
    frame out;
    out.id = header.u32();
    const auto raw = waiting.first(size_field + size);
    out.raw.assign(raw.begin(), raw.end());
    start_ += raw.size();
    return out;
}

}  // namespace buri::wire
