#include "buri/wire/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace buri::wire {
namespace {

/// What may follow a first byte (RFC 3629 section 4): how many bytes the character has, and the range of the second.
struct lead {
    std::size_t size = 0;  ///< 0: no character begins so
    std::uint8_t second_low = 0x80;
    std::uint8_t second_high = 0xbf;
};

lead lead_of(std::uint8_t first) {
    if (first < 0x80) return {1};
    if (first >= 0xc2 && first <= 0xdf) return {2};
    if (first == 0xe0) return {3, 0xa0};
    if (first == 0xed) return {3, 0x80, 0x9f};
    if (first >= 0xe1 && first <= 0xef) return {3};
    if (first == 0xf0) return {4, 0x90};
    if (first >= 0xf1 && first <= 0xf3) return {4};
    if (first == 0xf4) return {4, 0x80, 0x8f};
    return {};
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

/// Bytes of the character that the text begins with; 0 if that is not one. The text is not empty.
std::size_t character_size(std::string_view text) {
    const auto [size, low, high] = lead_of(byte_at(text, 0));
    if (size > text.size()) return 0;
    if (size > 1 && (byte_at(text, 1) < low || byte_at(text, 1) > high)) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if ((byte_at(text, i) & 0xc0U) != 0x80U) return 0;
    }
    return size;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto size = character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string clean_text(std::string_view text, std::size_t max) {
    std::string out;
    while (!text.empty()) {
        const auto size = character_size(text);
        const auto shown = size == 0 ? std::string_view("?") : text.substr(0, size);
        if (out.size() + shown.size() > max) break;
        out += shown;
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out;
}

}  // namespace buri::wire
