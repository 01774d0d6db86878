#pragma once
// When to try again: a first try soon, then ever later up to a ceiling, each with jitter so that a thousand nodes do
// not come back in the same instant.
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"

namespace buri::core {

struct backoff_settings {
    duration first = std::chrono::milliseconds(250);
    duration ceiling = std::chrono::seconds(60);
    /// No wait is longer than `early_ceiling` for the first `early_tries`.
    duration early_ceiling = std::chrono::seconds(1);
    unsigned early_tries = 30;
};

class backoff {
public:
    explicit backoff(backoff_settings settings = {}) : settings_(settings) {}

    /// How long to wait before the next try: between half and all of the present step.
    duration next(random_source& random);
    void reset() { tries_ = 0; }
    [[nodiscard]] unsigned tries() const { return tries_; }

private:
    backoff_settings settings_;
    unsigned tries_ = 0;
};

}  // namespace buri::core
