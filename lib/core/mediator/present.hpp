#pragma once
// What every part of the mediator reads: the settings, the records, and the time that its driver told it last.
#include "buri/core/mediator.hpp"

namespace buri::core {

struct present {
    const mediator_settings& settings;
    const directory& records;
    const licence_issuer& licences;
    const relay_token_issuer& relay_tokens;
    random_source& random;
    wall_time today{};
    time_point now{};

    void move_on(wall_time to_day, time_point to) {
        today = to_day;
        now = to;
    }
    /// What a rule is asked with, as long as no password is hashed.
    [[nodiscard]] rule_input input() const { return {records, settings.plans, licences, today, random, {}}; }
};

}  // namespace buri::core
