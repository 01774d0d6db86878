#include "cli/palette.hpp"

#include <array>

namespace buri::cli {

std::string palette::paint(color with, std::string_view text) const {
    constexpr std::array<std::string_view, 7> codes{"0", "1", "2", "31", "32", "33", "97;40"};
    if (!on_ || with == color::plain || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out += codes.at(static_cast<std::size_t>(with));
    out += 'm';
    out += text;
    return out + "\x1b[0m";
}

}  // namespace buri::cli
