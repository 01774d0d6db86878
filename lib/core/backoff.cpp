#include "buri/core/backoff.hpp"

#include <algorithm>

namespace buri::core {

duration backoff::next(random_source& random) {
    const auto ceiling = tries_ < settings_.early_tries ? settings_.early_ceiling : settings_.ceiling;
    const auto doublings = std::min(tries_ < settings_.early_tries ? tries_ : tries_ - settings_.early_tries + 3, 16U);
    const auto step = std::min(settings_.first * (std::int64_t{1} << doublings), ceiling);
    ++tries_;
    const auto half = step / 2;
    return half + duration(half.count() / 1024 * random.below(1024));
}

}  // namespace buri::core
