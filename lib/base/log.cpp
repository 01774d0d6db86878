#include "buri/base/log.hpp"

#include <algorithm>

namespace buri {
namespace {

/// A value on one line: quoted if it has blanks, with control characters replaced, so that no field can forge a line.
std::string quoted(std::string_view value) {
    std::string out;
    bool plain = !value.empty();
    for (const char c : value) {
        const bool printable = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
        plain = plain && printable && c != ' ' && c != '"';
        if (c == '"' || c == '\\') out += '\\';
        out += printable ? c : '?';
    }
    return plain ? out : '"' + out + '"';
}

}  // namespace

void logger::write(log_level level, std::string_view text, std::initializer_list<log_field> fields) const {
    if (!sink_) return;
    std::string line(text);
    for (const auto& [name, value] : fields) {
        line += ' ';
        line += name;
        line += '=';
        line += quoted(value);
    }
    sink_(level, line);
}

}  // namespace buri
