#include "cli/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace buri::cli {
namespace {

/// Letters to insert, drop, change or swap with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view suggest(std::string_view word, std::span<const std::string_view> known) {
    constexpr std::size_t longest = 40;
    if (word.size() > longest) return {};
    std::string_view best;
    std::size_t best_distance = std::min<std::size_t>(3, word.size() / 2 + 1);
    for (const auto candidate : known) {
        const bool begins = word.size() >= 2 && candidate.starts_with(word);
        const auto away = begins ? 1 : distance(word, candidate);
        if (away < best_distance) {
            best = candidate;
            best_distance = away;
        }
    }
    return best;
}

}  // namespace buri::cli
