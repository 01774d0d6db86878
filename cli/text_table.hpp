#pragma once
// Columns of text, two blanks apart.
#include "cli/palette.hpp"

#include <string>
#include <vector>

namespace buri::cli {

class text_table {
public:
    struct cell {
        std::string text;
        palette::color color = palette::color::plain;
        bool is_right_aligned = false;
    };

    explicit text_table(std::string indent = {}) : indent_(std::move(indent)) {}

    void add(std::vector<cell> row) { rows_.push_back(std::move(row)); }
    /// Each row on a line, without blanks at its end. A row's last cell does not widen its column.
    [[nodiscard]] std::string print(const palette& colors) const;

private:
    std::string indent_;
    std::vector<std::vector<cell>> rows_;
};

}  // namespace buri::cli
