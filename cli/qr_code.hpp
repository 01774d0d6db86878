#pragma once
// A text as a QR code (ISO/IEC 18004), for cameras that look at a terminal.
#include "cli/palette.hpp"

#include <optional>
#include <string>
#include <vector>

namespace buri::cli {

class qr_code {
public:
    static constexpr std::size_t quiet_zone = 4;  ///< light modules around it, as the standard asks for

    /// Nothing for a text that does not fit, more than 2,953 bytes.
    static std::optional<qr_code> encode(const std::string& text);

    /// Modules on a side.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Light beyond its sides.
    [[nodiscard]] bool is_dark(std::size_t row, std::size_t column) const;

    /// Two rows of modules a line, the light ones drawn, so that it is right on a dark terminal; with colours, on any.
    [[nodiscard]] std::string print(const palette& colors) const;

private:
    qr_code(std::size_t size, std::vector<bool> dark) : size_(size), dark_(std::move(dark)) {}

    std::size_t size_;
    std::vector<bool> dark_;
};

}  // namespace buri::cli
