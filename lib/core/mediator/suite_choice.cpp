#include "buri/core/mediator/suite_choice.hpp"

#include <algorithm>
#include <limits>

namespace buri::core {
namespace {

std::optional<std::ptrdiff_t> place_of(suite_id suite, std::span<const std::uint8_t> preference) {
    const auto found = std::ranges::find(preference, static_cast<std::uint8_t>(suite));
    if (found == preference.end()) return std::nullopt;
    return found - preference.begin();
}

}  // namespace

std::optional<suite_id> choose_suite(const suite_offer& a, const suite_offer& b, std::span<const suite_id> allowed) {
    std::optional<suite_id> best;
    auto best_sum = std::numeric_limits<std::ptrdiff_t>::max();
    // In ascending number, so that of equal sums the higher number stays.
    for (const auto& suite : all_suites()) {
        if (std::ranges::find(allowed, suite.id) == allowed.end()) continue;
        if (suite.id == suite_id::classic && !(a.has_rsa_key && b.has_rsa_key)) continue;
        const auto in_a = place_of(suite.id, a.preference);
        const auto in_b = place_of(suite.id, b.preference);
        if (!in_a || !in_b || *in_a + *in_b > best_sum) continue;
        best = suite.id;
        best_sum = *in_a + *in_b;
    }
    return best;
}

}  // namespace buri::core
