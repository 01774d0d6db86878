#pragma once
// Intervals with a random part, so that two ends and a thousand nodes do not beat in time.
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"

namespace buri::core {

/// `step`, up to an eighth shorter or longer.
inline duration jittered(duration step, random_source& random) {
    return step - step / 8 + duration(step.count() / 4 / 1024 * random.below(1024));
}

}  // namespace buri::core
