#include "cli/text_table.hpp"

#include "cli/display_width.hpp"

#include <algorithm>
#include <cstddef>

namespace buri::cli {
namespace {

/// Cells up to the last one that is not empty.
std::size_t length_of(const std::vector<text_table::cell>& row) {
    std::size_t length = row.size();
    while (length > 0 && row[length - 1].text.empty())
        --length;
    return length;
}

}  // namespace

std::string text_table::print(const palette& colors) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        const auto length = length_of(row);
        if (widths.size() < length) widths.resize(length);
        for (std::size_t i = 0; i < length; ++i) {
            if (i + 1 < length || row[i].is_right_aligned) widths[i] = std::max(widths[i], display_width(row[i].text));
        }
    }
    std::string out;
    for (const auto& row : rows_) {
        out += indent_;
        const auto length = length_of(row);
        for (std::size_t i = 0; i < length; ++i) {
            const auto& each = row[i];
            const auto used = display_width(each.text);
            const std::string padding(widths[i] > used ? widths[i] - used : 0, ' ');
            if (each.is_right_aligned) out += padding;
            out += colors.paint(each.color, each.text);
            if (i + 1 == length) break;
            if (!each.is_right_aligned) out += padding;
            out += "  ";
        }
        out += '\n';
    }
    return out;
}

}  // namespace buri::cli
