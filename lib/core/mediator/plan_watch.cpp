#include "buri/core/mediator/plan_watch.hpp"

#include "buri/base/timestamp.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr auto day = std::chrono::days(1);
/// The wall clock may have been set meanwhile. In seconds, as the ends of plans are: the year 9999 is no number of nanoseconds.
constexpr std::chrono::seconds longest_sleep = std::chrono::hours(1);

/// The next whole number of days before the end, none of them longer ago than the notice; in the end the end itself.
wall_time next_look(wall_time today, wall_time until) {
    if (today < until - plan_watch::notice) return until - plan_watch::notice;
    const auto whole_days = (until - today - std::chrono::seconds(1)) / day;
    return until - whole_days * day;
}

}  // namespace

void plan_watch::on_account(node_id node) {
    if (!is_started_) return;
    if (const auto known = known_.find(node); known != known_.end()) {
        due_.erase({known->second, node});
        ended_.erase({known->second, node});
        known_.erase(known);
    }
    const auto* const account = at_.records.account(node);
    if (account != nullptr && account->plan_until) {
        const auto until = *account->plan_until;
        const bool has_ended = at_.today >= until;
        const auto at = has_ended ? until : next_look(at_.today, until);
        (has_ended ? ended_ : due_).emplace(at, node);
        known_[node] = at;
    }
    arm();
}

void plan_watch::start() {
    is_started_ = true;
    for (const auto* const account : at_.records.accounts()) {
        if (account->plan_until) on_account(account->id);
    }
    arm();
}

void plan_watch::arm() {
    wakes_at_ = never;
    if (known_.empty()) return;
    const auto wait = due_.empty() ? longest_sleep : due_.begin()->first - at_.today;
    wakes_at_ = at_.now + std::clamp(wait, std::chrono::seconds(0), longest_sleep);
}

std::vector<plan_turn> plan_watch::on_deadline() {
    std::vector<plan_turn> turns;
    if (at_.now < wakes_at_) return turns;
    if (!is_started_) start();
    while (!ended_.empty() && at_.today < ended_.rbegin()->first) {
        turns.push_back({ended_.rbegin()->second, false});
        on_account(turns.back().node);
    }
    while (!due_.empty() && due_.begin()->first <= at_.today) {
        const auto node = due_.begin()->second;
        if (at_.today >= *at_.records.account(node)->plan_until) {
            turns.push_back({node, true});
        } else {
            warn(node);
        }
        on_account(node);
    }
    arm();
    return turns;
}

void plan_watch::on_hello(online_node& node) {
    const auto& account = *at_.records.account(node.id);
    const bool has_end = account.plan_until && at_.today < *account.plan_until;
    if (has_end && at_.today >= *account.plan_until - notice) warn(node.id);
}

void plan_watch::warn(node_id node) {
    auto* const to = nodes_.told(node);
    const auto& account = *at_.records.account(node);
    if (to == nullptr || at_.settings.plans.find(account.plan) == nullptr) return;
    out_.tell(*to,
              wire::notice{0,
                           "the plan '" + account.plan + "' of this node ends at " + to_rfc3339(*account.plan_until) +
                               "; from then on it has '" + at_.settings.plans.by_default().name +
                               "'. Install a licence with 'vpn licence install', or ask the operator of the "
                               "server; nothing will be deleted",
                           {}});
}

}  // namespace buri::core
