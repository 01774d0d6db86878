#pragma once
// Virtual time: a clock that jumps from event to event, one seed for everything that is left to chance, and a way to
// fail that says how to have the same failure again.
#include "buri/base/time_point.hpp"
#include "tests/sim/internet/packet_trace.hpp"
#include "tests/support/seeded_random.hpp"

#include <functional>
#include <queue>
#include <string_view>
#include <vector>

namespace buri::sim {

class world {
public:
    /// More events than this at once is a leak or a storm.
    static constexpr std::size_t max_pending = 20'000;

    explicit world(std::uint64_t seed) : seed_(seed), random_(seed) {}

    [[nodiscard]] time_point now() const { return now_; }
    void at(time_point when, std::function<void()> what);
    void after(duration delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

    void run_for(duration span);
    /// False if it did not come true within the limit. Asked after every event.
    bool run_until(const std::function<bool()>& is_done, duration limit);

    test::seeded_random& random() { return random_; }
    bool chance(double probability);
    duration between(duration least, duration most);

    packet_trace& trace() { return trace_; }
    /// Ends the test case unless `holds`, with the seed and the last packets.
    void expect(bool holds, std::string_view what);

private:
    struct event {
        time_point when;
        std::uint64_t order = 0;
        std::function<void()> what;
        bool operator>(const event& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };
    void step();

    std::uint64_t seed_;
    test::seeded_random random_;
    packet_trace trace_;
    time_point now_{std::chrono::seconds(1)};
    std::uint64_t order_ = 0;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
};

}  // namespace buri::sim
