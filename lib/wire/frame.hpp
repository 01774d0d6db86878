#pragma once
// Frames of the control channel (protocol section 3):
//
//     size:u32  id:u32  payload        size counts the bytes after itself
#include "buri/base/bytes.hpp"

#include <optional>

namespace buri::wire {

inline constexpr std::size_t frame_header_size = 8;
inline constexpr std::size_t max_handshake_frame = 4096;         ///< value of size before AUTH OK
inline constexpr std::size_t max_frame = std::size_t{1} << 20U;  ///< and after

struct frame {
    std::uint32_t id = 0;
    bytes raw;  ///< header and payload, so that a sealed payload can be opened in place

    [[nodiscard]] byte_span payload() { return byte_span(raw).subspan(frame_header_size); }
    [[nodiscard]] std::span<const std::uint8_t, frame_header_size> header() const {
        return std::span<const std::uint8_t>(raw).first<frame_header_size>();
    }
};

/// A frame's header for a payload of `payload_size` bytes followed by that payload's space, zeroed.
bytes make_frame(std::uint32_t id, std::size_t payload_size);
bytes make_frame(std::uint32_t id, byte_view payload);

/// Cuts a stream of bytes into frames. Use: feed(), then next() until it gives nothing; is_broken() is final.
class frame_reader {
public:
    void feed(byte_view data);
    std::optional<frame> next();
    /// A frame's size was out of bounds: less than 4, or past the limit.
    [[nodiscard]] bool is_broken() const { return broken_; }
    void set_limit(std::size_t max_size) { limit_ = max_size; }

private:
    bytes buffer_;
    std::size_t start_ =
        0;  ///< of what next() has not given yet; moved forward, so that a frame costs its own size only
    std::size_t limit_ = max_handshake_frame;
    bool broken_ = false;
};

}  // namespace buri::wire
