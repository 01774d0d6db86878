#include "cli/printable.hpp"

namespace buri::cli {

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
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace buri::cli
