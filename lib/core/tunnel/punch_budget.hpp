#pragma once
// What a node spends on guessing ports, over all its tunnels: each guess is an entry in its own NAT, and a packet to an address that has
// not answered.
#include "buri/base/ids.hpp"
#include "buri/base/time_point.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>

namespace buri::core {

class punch_budget {
public:
    static constexpr unsigned per_second = 200;
    static constexpr std::size_t live_entries = 1024;
    /// For so long a NAT keeps what was not answered (Linux: 30 s).
    static constexpr duration entry_life = std::chrono::seconds(30);
    static constexpr duration between_sprays = std::chrono::minutes(10);  ///< of one peer

    /// True if one more guess may be sent now: not more than per_second in any second, nor than live_entries in entry_life.
    bool take(time_point now);
    /// When take() can be true again; `now` if it can be at once.
    [[nodiscard]] time_point next(time_point now) const;

    /// Guesses whose entries the own NAT may still hold.
    [[nodiscard]] std::size_t live(time_point now) const {
        const auto is_live = [&](time_point sent) { return now - sent < entry_life; };
        return static_cast<std::size_t>(std::ranges::count_if(sent_, is_live));
    }
    [[nodiscard]] bool is_spraying() const { return static_cast<bool>(spraying_); }

    /// True if this peer's spray may begin, in either part: once in between_sprays, and one at a time. Ends with end_spray().
    bool begin_spray(node_id peer, time_point now);
    void end_spray(node_id peer);

private:
    std::deque<time_point> sent_;            ///< within entry_life
    std::map<node_id, time_point> sprayed_;  ///< within between_sprays
    node_id spraying_{};
};

}  // namespace buri::core
