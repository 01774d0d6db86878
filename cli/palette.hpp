#pragma once
// Colours of a terminal, or none.
#include <string>
#include <string_view>

namespace buri::cli {

class palette {
public:
    enum class color { plain, bold, dim, red, green, yellow, white_on_black };

    explicit palette(bool on) : on_(on) {}

    [[nodiscard]] std::string paint(color with, std::string_view text) const;

private:
    bool on_;
};

}  // namespace buri::cli
