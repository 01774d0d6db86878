#include "buri/core/port_mapping/gateway_epoch.hpp"

#include <utility>

namespace buri::core {
namespace {

using std::chrono::seconds;

/// NAT-PMP's clocks may be wrong by an eighth, PCP's by a sixteenth: the wider one suits both.
constexpr int drift = 8;
constexpr seconds rounding(2);

bool fits(seconds theirs, seconds ours) {
    return ours + rounding >= theirs - theirs / drift && theirs + rounding >= ours - ours / drift;
}

}  // namespace

bool gateway_epoch::on_answer(std::uint32_t epoch, time_point now) {
    const sample present{seconds(epoch), now};
    const auto before = std::exchange(last_, present);
    if (!before) return true;
    const auto theirs = present.theirs - before->theirs;
    // Answers may overtake each other within a second.
    if (theirs < seconds(-1)) return false;
    return fits(theirs, std::chrono::floor<seconds>(now - before->ours));
}

}  // namespace buri::core
