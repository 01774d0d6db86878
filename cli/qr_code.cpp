#include "cli/qr_code.hpp"

#include <array>
#include <memory>
#include <qrencode.h>

namespace buri::cli {

std::optional<qr_code> qr_code::encode(const std::string& text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
    if (!code) return std::nullopt;
    const auto size = static_cast<std::size_t>(code->width);
    std::vector<bool> dark(size * size);
    for (std::size_t i = 0; i < dark.size(); ++i)
        dark[i] = (code->data[i] & 1U) != 0;
    return qr_code(size, std::move(dark));
}

bool qr_code::is_dark(std::size_t row, std::size_t column) const {
    return row < size_ && column < size_ && dark_[row * size_ + column];
}

std::string qr_code::print(const palette& colors) const {
    // By what is light: nothing, the lower half, the upper half, both.
    constexpr std::array<const char*, 4> blocks{" ", "\xe2\x96\x84", "\xe2\x96\x80", "\xe2\x96\x88"};
    const auto side = size_ + 2 * quiet_zone;
    std::string out;
    for (std::size_t row = 0; row < side; row += 2) {
        std::string line;
        for (std::size_t column = 0; column < side; ++column) {
            // Before the first module, the difference wraps around to far beyond the last one.
            const bool upper = !is_dark(row - quiet_zone, column - quiet_zone);
            const bool lower = row + 1 < side && !is_dark(row + 1 - quiet_zone, column - quiet_zone);
            line += blocks.at((upper ? 2U : 0U) + (lower ? 1U : 0U));
        }
        out += colors.paint(palette::color::white_on_black, line) + "\n";
    }
    return out;
}

}  // namespace buri::cli
