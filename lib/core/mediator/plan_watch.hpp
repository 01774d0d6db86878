#pragma once
// Plans that end: who is warned when, and who has come to the end. Ends are days on a calendar, so the wall clock decides; it can be set,
// so it is looked at once an hour at least.
#include "buri/core/mediator/outbox.hpp"

#include <set>

namespace buri::core {

struct plan_turn {
    node_id node;
    bool has_ended = false;  ///< false: it had, and the wall clock was set back since
};

class plan_watch {
public:
    static constexpr auto notice = std::chrono::days(14);

    plan_watch(const present& at, roster& nodes, outbox& out) : at_(at), nodes_(nodes), out_(out) {}

    /// The account is new, has another plan, or is gone.
    void on_account(node_id node);
    /// Tells the node if its plan ends soon.
    void on_hello(online_node& node);
    /// Warns, and gives back whose plan has ended, or not yet after all.
    std::vector<plan_turn> on_deadline();
    /// At once for a server that has just started.
    [[nodiscard]] time_point next_deadline() const { return wakes_at_; }

private:
    void start();
    void arm();
    void warn(node_id node);

    const present& at_;
    roster& nodes_;
    outbox& out_;
    std::set<std::pair<wall_time, node_id>> due_;
    std::set<std::pair<wall_time, node_id>> ended_;  ///< and when
    std::unordered_map<node_id, wall_time> known_;   ///< where it is in those
    bool is_started_ = false;
    time_point wakes_at_ = time_point::min();
};

}  // namespace buri::core
