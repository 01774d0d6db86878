#include "buri/core/directory/message_text.hpp"

#include "buri/wire/utf8.hpp"

namespace buri::core {

bool is_message_text(std::string_view text, std::size_t max, bool lines) {
    if (text.size() > max || !wire::is_utf8(text)) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (lines && (byte == '\n' || byte == '\t')) continue;
        if (byte < 0x20 || byte == 0x7f) return false;
        // U+0080 to U+009F; a second byte follows, for it is UTF-8.
        if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
    }
    return true;
}

}  // namespace buri::core
