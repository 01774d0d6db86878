#include "cli/printable.hpp"

#include <algorithm>

namespace buri::cli {
namespace {

/// U+202A to U+202E and U+2066 to U+2069: they would let a name be read backwards.
bool is_direction_control(std::string_view three) {
    return (three >= "\xe2\x80\xaa" && three <= "\xe2\x80\xae") || (three >= "\xe2\x81\xa6" && three <= "\xe2\x81\xa9");
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte == '\n' || byte == '\t') {
            out += ' ';
        } else if (byte < 0x20 || byte == 0x7f) {
            out += '?';
        } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // the C1 controls in UTF-8
            out += '?';
            ++i;
        } else if (is_direction_control(text.substr(i, 3))) {
            out += '?';
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        if (at > 0) out += '\n';
        out += printable(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

}  // namespace buri::cli
