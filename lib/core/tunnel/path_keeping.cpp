// The part of path_finder that chooses the path and lets go of it.
#include "buri/core/tunnel/path_choice.hpp"
#include "buri/core/tunnel/path_finder.hpp"
#include "buri/core/tunnel/path_timing.hpp"
#include "buri/core/tunnel/private_range.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

using namespace std::chrono_literals;
using namespace path_timing;

void path_finder::on_deadline(time_point now) {
    if (resting_) return;
    check_path(now);
    for (auto& each : remotes_) {
        if (each.next_probe() <= now) send_probe(each, now);
        if (each.is_shunned() && each.unanswered() > lost_after && now - fresh > each.last_answer()) each.on_lost(now);
    }
}

time_point path_finder::next_deadline() const {
    if (resting_) return never;
    auto earliest = path_probe_due();
    for (const auto& each : remotes_)
        earliest = std::min(earliest, each.next_probe());
    return earliest;
}

void path_finder::abandon() {
    if (path_) outputs_.emplace_back(set_path{});
    path_.reset();
    followed_.reset();
    remotes_.clear();
    relays_.clear();
}

void path_finder::rest() {
    resting_ = true;
    followed_.reset();
    for (auto& each : remotes_) {
        each.close();
        each.calm();
    }
    if (!path_ || relays_.empty() || !needs_keepalive(*find(*path_))) return;
    const remote* chosen = nullptr;
    for (const auto& each : relays_) {
        const auto* const way = find(each.where);
        if (way != nullptr && (chosen == nullptr || (way->is_proven() && !chosen->is_proven()))) chosen = way;
    }
    if (chosen == nullptr) return;
    path_ = chosen->at();
    elsewhere_ = false;
    outputs_.emplace_back(set_path{*path_, chosen->own()});
}

void path_finder::wake(time_point now) {
    resting_ = false;
    heard_ = now;
    flowed_ = now;
    unheard_ = 0;
    // What the mappings of before are worth is not known any more.
    for (auto& each : remotes_) {
        if (each.at() != path_) each.forget();
    }
    path_since_ = now;
    give_credit_to_all(now);
    if (path_) send_probe(*find(*path_), now);
    open_all(now);
}

void path_finder::choose(remote& answered, time_point now) {
    if (!path_) {
        use(answered, now);
        return;
    }
    auto& present = *find(*path_);
    if (&present == &answered) {
        on_heard(now);
        if (std::exchange(announce_, false)) moved_ = true;
        compare_with_others(now);
        return;
    }
    if (resting_) return;
    if (!answered.is_ready()) {
        answered.hurry(2 * closest_probes, now);
        return;
    }
    const bool same_kind = rank_of(answered) == rank_of(present);
    if (followed_ == answered.at() && rank_of(answered) >= rank_of(present)) {
        use(answered, now);
        follows_ = true;
    } else if (same_kind && unheard_ >= doubtful_after && present.unanswered() >= doubtful_after) {
        use(answered, now);
    } else if (!(same_kind && follows_) && is_better(answered, present)) {
        use(answered, now);
    }
}

void path_finder::compare_with_others(time_point now) {
    const auto& present = *find(*path_);
    for (auto& each : remotes_) {
        if (&each == &present || now - fresh > each.last_answer()) continue;
        if (rank_of(each) == rank_of(present) || !is_better(each, present)) continue;
        use(each, now);
        return;
    }
}

void path_finder::use(remote& chosen, time_point now) {
    log_.debug("path chosen", {{"peer", to_string(between_.peer)}, {"endpoint", to_string(chosen.at().at)}});
    if (auto* const before = path_ ? find(*path_) : nullptr) {
        before->set_shunned(before->is_proven() && rank_of(*before) > rank_of(chosen));
    }
    chosen.set_shunned(false);
    path_ = chosen.at();
    path_since_ = now;
    follows_ = false;
    followed_.reset();
    announce_ = false;
    elsewhere_ = false;
    moved_ = true;
    on_heard(now);
    outputs_.emplace_back(set_path{chosen.at(), chosen.own()});
    if (chosen.is_relay()) return;
    // The others get some more: where this end's probes open its own NAT, the peer may depend on them.
    for (auto& each : remotes_) {
        if (!each.is_relay()) each.leave(openers_after_success);
    }
    chosen.close();
}

void path_finder::leave_path(time_point now) {
    log_.debug("path lost", {{"peer", to_string(between_.peer)}, {"endpoint", to_string(path_->at)}});
    find(*path_)->on_lost(now);
    if (auto* const next = next_best(now)) {
        use(*next, now);
    } else {
        path_.reset();
        follows_ = false;
        followed_.reset();
        outputs_.emplace_back(set_path{});
    }
    open_all(now);
}

remote* path_finder::next_best(time_point now) {
    remote* best = nullptr;
    for (auto& each : remotes_) {
        if (each.at() == path_ || !each.is_ready() || now - fresh > each.last_answer()) continue;
        if (best == nullptr || is_better(each, *best)) best = &each;
    }
    if (best != nullptr) return best;
    for (const auto& each : relays_) {
        auto* const way = find(each.where);
        if (way != nullptr && way->at() != path_ && now - patience_unproven > way->lost_at()) return way;
    }
    return nullptr;
}

void path_finder::drop_ways(const std::vector<path_address>& gone, time_point now) {
    const bool lost = path_ && std::ranges::find(gone, *path_) != gone.end();
    std::erase_if(remotes_, [&](const remote& each) { return std::ranges::find(gone, each.at()) != gone.end(); });
    if (!lost) return;
    path_.reset();
    if (auto* const next = next_best(now)) {
        use(*next, now);
    } else {
        outputs_.emplace_back(set_path{});
    }
    if (!resting_) open_all(now);
}

void path_finder::check_path(time_point now) {
    if (!path_ || now < path_probe_due()) return;
    auto& present = *find(*path_);
    if (is_dead(present, now)) {
        leave_path(now);
        return;
    }
    if (!present.is_proven()) return;
    send_probe(present, now);
    if (present.unanswered() == doubtful_after) {
        outputs_.emplace_back(want_relays{});
        open_all(now);
    }
    measure_others(now);
}

void path_finder::measure_others(time_point now) {
    if (find(*path_)->unanswered() > 1 || now - compare_interval < compared_) return;
    compared_ = now;
    for (auto& each : remotes_) {
        if (each.at() != path_ && (each.has_answered() || each.is_relay())) each.hurry(compare_interval, now);
    }
}

void path_finder::probe_path_soon(time_point now) {
    auto& present = *find(*path_);
    if (now - present.patience() >= present.last_probe()) send_probe(present, now);
}

void path_finder::on_heard(time_point now) {
    heard_ = now;
    unheard_ = 0;
}

bool path_finder::is_suspect(time_point now) const {
    return announce_ || now - suspicion < suspected_;
}

bool path_finder::is_dead(const remote& present, time_point now) const {
    if (!present.is_proven()) return now - patience_unproven >= path_since_;
    const bool other = has_alternative();
    if (other && announce_ && present.unanswered() >= lost_if_suspect) return true;
    const auto lost = !other ? last_lost_after : is_suspect(now) ? lost_if_suspect : lost_after;
    return (unheard_ >= lost && present.unanswered() >= lost) ||
           present.unanswered() >= (other ? lost_after_if_heard : last_lost_after_if_heard);
}

bool path_finder::has_alternative() const {
    return std::ranges::any_of(
        remotes_, [this](const remote& each) { return each.at() != path_ && (each.is_relay() || each.is_proven()); });
}

bool path_finder::can_rest() const {
    if (!path_) return false;
    return !relays_.empty() || !needs_keepalive(*find(*path_));
}

bool path_finder::needs_keepalive(const remote& way) const {
    if (way.is_relay()) return false;
    if (way.is_stream()) return true;
    if (!way.is_told() || way.is_translated()) return true;
    if (is_site_local(way.at().at.address)) return false;
    return around_.nat.mapping != nat_mapping::none || around_.nat.filtering != nat_filtering::endpoint_independent;
}

time_point path_finder::path_probe_due() const {
    if (!path_) return never;
    const auto& present = *find(*path_);
    if (!present.is_proven()) return path_since_ + patience_unproven;
    if (present.unanswered() > 0)
        return present.last_probe() +
               (is_suspect(present.last_probe()) ? present.patience(patience_if_suspect) : present.patience());
    auto due = heard_ + patience_idle;
    if (flowed_ >= present.last_probe()) due = std::min(due, present.last_probe() + measure_interval);
    return due;
}

}  // namespace buri::core
