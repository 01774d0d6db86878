#include "buri/core/port_mapping/upnp_lease.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

/// One that lasts until it is taken away is asked for again as often as any other: the gateway may have restarted.
std::uint32_t seconds_of(const upnp_grant& grant) {
    return grant.lease == 0 ? static_cast<std::uint32_t>(requested_lifetime.count()) : grant.lease;
}

}  // namespace

void upnp_lease::start(const gateway& where, const mapped_ports& ports, time_point now) {
    stop();
    where_ = where;
    set_ports(ports, now);
}

void upnp_lease::stop() {
    where_.reset();
    ports_ = {};
    held_.clear();
    to_give_back_.clear();
    verdict_ = {};
    next_ = never;
    asked_.reset();
}

void upnp_lease::set_ports(const mapped_ports& ports, time_point now) {
    if (!where_ || is_closing_ || ports == ports_) return;
    for (const auto& each : std::exchange(held_, {}))
        to_give_back_.push_back(each.grant);
    ports_ = ports;
    verdict_ = {};
    next_ = ports == mapped_ports{} ? never : now;
}

void upnp_lease::try_again(time_point now) {
    if (where_ && !is_closing_ && ports_ != mapped_ports{}) plan(now);
}

void upnp_lease::plan(time_point when) {
    next_ = asked_ ? std::max(when, *asked_ + min_request_interval) : when;
}

time_point upnp_lease::next_deadline() const {
    if (!where_ || is_closing_) return never;
    auto next = under_way_ ? never : next_;
    for (const auto& each : held_)
        next = std::min(next, each.term.expires);
    return next;
}

void upnp_lease::on_deadline(time_point now) {
    std::erase_if(held_, [&](const held_grant& each) { return now >= each.term.expires; });
    if (held_.empty() && verdict_.state == method_state::mapped) verdict_ = {method_state::no_answer, "", {}, {}};
}

std::optional<upnp_order> upnp_lease::poll_order(time_point now) {
    if (!where_ || under_way_) return std::nullopt;
    if (!to_give_back_.empty()) {
        under_way_ = upnp_order{*where_, {}, std::exchange(to_give_back_, {})};
        return under_way_;
    }
    if (is_closing_ || now < next_) return std::nullopt;
    next_ = never;
    asked_ = now;
    if (held_.empty()) verdict_ = {method_state::asking, "", {}, {}};
    under_way_ = upnp_order{*where_, ports_, {}};
    for (const auto& each : held_)
        under_way_->grants.push_back(each.grant);
    return under_way_;
}

void upnp_lease::on_outcome(const upnp_outcome& outcome, time_point now) {
    const auto order = std::exchange(under_way_, std::nullopt);
    if (!order || order->ports == mapped_ports{}) return;
    if (where_ != order->where) return;
    if (is_closing_ || order->ports != ports_) {
        to_give_back_.insert(to_give_back_.end(), outcome.grants.begin(), outcome.grants.end());
        return;
    }
    keep(outcome, now);
    if (!held_.empty()) {
        const auto soonest = std::ranges::min(held_, {}, [](const held_grant& each) { return each.term.renew; });
        // After a renewal that failed, half of what is left.
        const auto later = std::max<duration>((soonest.term.expires - now) / 2, min_request_interval);
        plan(soonest.term.renew > now ? soonest.term.renew : now + later);
        return;
    }
    plan(now + rest_interval);
}

void upnp_lease::keep(const upnp_outcome& outcome, time_point now) {
    // Whoever does not answer has not taken away what it gave.
    if (outcome.has_answered) held_.clear();
    verdict_ = {outcome.has_answered ? method_state::refused : method_state::no_answer, outcome.failure, {}, {}};
    for (const auto& each : outcome.grants) {
        if (const auto why = why_unusable(each.external, where_->own)) {
            verdict_.reason = *why;
            continue;
        }
        held_.push_back({each, make_lease(each.external, seconds_of(each), now)});
    }
    if (!held_.empty()) {
        verdict_ = {method_state::mapped, "", held_.front().term.external, held_.front().term.expires};
    }
}

void upnp_lease::close() {
    if (std::exchange(is_closing_, true)) return;
    for (const auto& each : std::exchange(held_, {}))
        to_give_back_.push_back(each.grant);
}

bool upnp_lease::is_closed() const {
    return is_closing_ && to_give_back_.empty() && !under_way_;
}

void upnp_lease::add_mappings(std::vector<port_mapping>& out) const {
    for (const auto& each : held_) {
        out.push_back({each.grant.protocol, mapping_method::upnp, each.grant.external, each.term.lifetime, false});
    }
}

method_report upnp_lease::report() const {
    return verdict_;
}

}  // namespace buri::core
