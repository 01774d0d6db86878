#include "tests/sim/internet/world.hpp"

#include <catch2/catch.hpp>

namespace buri::sim {

void world::at(time_point when, std::function<void()> what) {
    expect(when >= now_, "nothing happens in the past");
    expect(events_.size() < max_pending, "the number of things under way is bounded");
    events_.push({when, ++order_, std::move(what)});
}

void world::step() {
    // The queue gives only const access to its top; the event is popped right away.
    auto next = std::move(const_cast<event&>(events_.top()));
    events_.pop();
    now_ = next.when;
    next.what();
}

void world::run_for(duration span) {
    const auto end = now_ + span;
    while (!events_.empty() && events_.top().when <= end)
        step();
    now_ = end;
}

bool world::run_until(const std::function<bool()>& is_done, duration limit) {
    const auto end = now_ + limit;
    while (!is_done()) {
        if (events_.empty() || events_.top().when > end) {
            now_ = end;
            return false;
        }
        step();
    }
    return true;
}

bool world::chance(double probability) {
    return probability > 0 && random_.u32() < probability * 4294967296.0;
}

duration world::between(duration least, duration most) {
    if (most <= least) return least;
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + duration(static_cast<duration::rep>(span * std::uint64_t{random_.u32()} >> 32U));
}

void world::expect(bool holds, std::string_view what) {
    if (holds) return;
    FAIL("seed " << seed_ << ": not true: " << what << "\n" << trace_.draw());
}

}  // namespace buri::sim
