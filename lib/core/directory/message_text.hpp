#pragma once
// What people write for others to read. It reaches terminals, so it holds nothing that steers one.
#include <cstddef>
#include <string_view>

namespace buri::core {

inline constexpr std::size_t max_message = 1024;  ///< bytes of a welcome message or an announcement
inline constexpr std::size_t max_reason = 256;    ///< bytes of the reason of a ban

/// At most `max` bytes of UTF-8 without control characters (C0, DEL and C1), but line feed and tab where `lines` allows them.
bool is_message_text(std::string_view text, std::size_t max, bool lines);

}  // namespace buri::core
