#include "buri/core/tunnel/path_choice.hpp"

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr unsigned stable_after = 8;       ///< answers
constexpr unsigned loss_known_after = 48;  ///< probes
/// Of probe and answer together: 5 % each way.
constexpr double much_loss = 0.10;
constexpr double little_loss = 0.04;

bool is_stable(const remote& way) {
    return way.answers() >= stable_after;
}

/// Once left for that reason, a way must be nearly as good as the other to come back.
bool is_much_worse(const remote& higher, const remote& lower) {
    const bool back = higher.is_shunned();
    if (!is_stable(higher) || !is_stable(lower)) return back;
    const auto limit = back ? lower.round_trip() * 5 / 4 + 5ms : lower.round_trip() * 3 / 2 + 10ms;
    if (higher.round_trip() > limit) return true;
    if (higher.measured() < loss_known_after || lower.measured() < loss_known_after) return false;
    return higher.loss() > lower.loss() + (back ? little_loss : much_loss);
}

}  // namespace

int rank_of(const remote& way) {
    if (way.is_relay()) return 0;
    return way.is_stream() ? 1 : 2;
}

bool is_better(const remote& candidate, const remote& present) {
    if (!candidate.is_proven() || !candidate.is_ready()) return false;
    if (!present.is_proven()) return true;
    const auto candidates = rank_of(candidate);
    const auto presents = rank_of(present);
    if (candidates > presents) return !is_much_worse(candidate, present);
    if (candidates < presents) return is_much_worse(present, candidate);
    const auto gain = present.round_trip() - candidate.round_trip();
    return candidate.answers() > 1 && gain > 1ms && gain * 4 > present.round_trip();
}

}  // namespace buri::core
