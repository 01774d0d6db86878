#include "buri/core/mediator/plan_watch.hpp"

#include "buri/base/timestamp.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr auto day = std::chrono::days(1);
/// The wall clock may have been set meanwhile.
constexpr duration longest_sleep = std::chrono::hours(1);

/// The next whole number of days before the end, none of them longer ago than the notice; in the end the end itself.
wall_time next_look(wall_time today, wall_time until) {
    if (today < until - plan_watch::notice) return until - plan_watch::notice;
    const auto whole_days = (until - today - std::chrono::seconds(1)) / day;
    return until - whole_days * day;
}

}  // namespace

void plan_watch::on_account(node_id node) {
    if (!is_started_) return;
    if (const auto known = due_at_.find(node); known != due_at_.end()) {
        due_.erase({known->second, node});
        due_at_.erase(known);
    }
    const auto* const account = at_.records.account(node);
    if (account != nullptr && account->plan_until && at_.today < *account->plan_until) {
        const auto at = next_look(at_.today, *account->plan_until);
        due_.emplace(at, node);
        due_at_[node] = at;
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
    if (due_.empty()) return;
    const auto wait = std::max(due_.begin()->first - at_.today, std::chrono::seconds(0));
    wakes_at_ = at_.now + std::min<duration>(wait, longest_sleep);
}

std::vector<node_id> plan_watch::on_deadline() {
    std::vector<node_id> ended;
    if (at_.now < wakes_at_) return ended;
    if (!is_started_) start();
    while (!due_.empty() && due_.begin()->first <= at_.today) {
        const auto node = due_.begin()->second;
        if (at_.today >= *at_.records.account(node)->plan_until) {
            ended.push_back(node);
        } else {
            warn(node);
        }
        on_account(node);
    }
    arm();
    return ended;
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
