#include "buri/core/tunnel/path_finder.hpp"

#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_remotes = 24;
constexpr unsigned openers = 6;
constexpr unsigned openers_after_success = 3;
constexpr unsigned compare_probes = 2;
constexpr duration closest_probes = 50ms;  ///< to one address, when the peer's own probes ask for them
constexpr duration credit_interval = 60s;  ///< between two grants of openers to addresses that did not answer
constexpr duration follow_interval = 2s;

// A path that dies under traffic is lost after 2 s of silence and five probes: 3.5 to 5.5 s with counters sampled each second.
constexpr duration patience_under_traffic = 2s;
constexpr duration patience_idle = 30s;  ///< the peer's keepalive comes each 25 s
constexpr duration urgent_interval = 300ms;
constexpr duration measure_interval = 5s;
constexpr duration compare_interval = 60s;
constexpr unsigned doubtful_after = 2;
constexpr unsigned lost_after = 5;
constexpr unsigned lost_after_if_heard = 10;  ///< messages still arrive: rather loss than death
constexpr duration recently = 2s;

bool is_usable(const path_address& where) {
    const auto& address = where.at.address;
    return where && !address.is_unspecified() && !address.is_loopback() && !address.is_multicast();
}

}  // namespace

void path_finder::on_candidates(std::span<const wire::candidate> candidates, time_point now) {
    for (auto& each : remotes_)
        each.tell(false);
    give_credit_to_all(now);
    const auto count = path_ ? std::optional(openers) : std::nullopt;
    for (const auto& each : candidates.first(std::min(candidates.size(), wire::max_candidates))) {
        if (each.at.address.is_link_local()) continue;
        const bool is_new = find(each.at) == nullptr;
        auto* const told = find_or_add(each.at, true);
        if (told == nullptr) continue;
        told->tell(true);
        if (is_new || !path_) told->open(now, count);
    }
    for (auto& each : remotes_) {
        if (!each.is_told() && !each.has_answered()) each.close();
    }
}

void path_finder::on_probe(const path_address& from, const wire::probe& message, time_point now) {
    if (!is_usable(from)) return;
    outputs_.emplace_back(send_clear{from, make_clear_datagram(between_.out, wire::probe_ack{message.nonce, from.at},
                                                               between_.suite, between_.punch)});
    if (path_ == from) return;
    auto* const sender = find_or_add(from, false);
    if (sender == nullptr) return;
    if (!sender->has_answered()) sender->give_credit(1);
    if (!sender->has_answered() || !path_) sender->hurry(closest_probes, now);
}

void path_finder::on_probe_ack(const path_address& from, const wire::probe_ack& message, time_point now) {
    auto* const sender = find(from);
    if (sender == nullptr || !sender->on_ack(message.nonce, now)) return;
    choose(*sender, now);
}

void path_finder::on_authentic_from(const path_address& from, time_point now) {
    if (!is_usable(from) || path_ == from) return;
    auto* const sender = find_or_add(from, false);
    if (sender == nullptr) return;
    const bool may_follow = !between_.is_initiator() || !path_ || !sender->is_told() || !sender->has_answered();
    if (may_follow && (!between_.is_initiator() || now - follow_interval >= followed_at_)) {
        followed_ = from;
        followed_at_ = now;
        sender->give_credit(2);
        sender->open(now, openers);
        return;
    }
    auto& present = *find(*path_);
    if (now - urgent_interval >= present.last_probe()) send_probe(present, now);
}

void path_finder::on_local_change(time_point now) {
    give_credit_to_all(now);
    announce_ = true;
    open_all(now);
    if (path_) send_probe(*find(*path_), now);
}

void path_finder::on_send_wanted(time_point now) {
    if (!path_) {
        for (auto& each : remotes_)
            each.hurry(1s, now);
        return;
    }
    auto& present = *find(*path_);
    if (now - 1s >= present.last_probe()) send_probe(present, now);
}

void path_finder::on_traffic(const traffic_watch::change& change, time_point now) {
    if (change.flows) flowed_ = now;
    if (change.received) {
        received_ = now;
        on_heard(now);
    } else if (change.sent && !unheard_since_) {
        unheard_since_ = now;
    }
    if (!change.received || !followed_ || followed_ == path_) return;
    // More messages come from there, so it may get another probe.
    auto* const sender = find(*followed_);
    if (sender == nullptr || sender->unanswered() >= static_cast<unsigned>(remote::full_credit)) return;
    sender->give_credit(1);
    sender->hurry(closest_probes, now);
}

void path_finder::on_deadline(time_point now) {
    check_path(now);
    for (auto& each : remotes_) {
        if (each.next_probe() <= now) send_probe(each, now);
    }
}

void path_finder::abandon() {
    if (path_) outputs_.emplace_back(set_path{});
    path_.reset();
    followed_.reset();
    remotes_.clear();
}

time_point path_finder::next_deadline() const {
    auto earliest = path_probe_due();
    for (const auto& each : remotes_)
        earliest = std::min(earliest, each.next_probe());
    return earliest;
}

std::optional<duration> path_finder::round_trip() const {
    if (!path_) return std::nullopt;
    return find(*path_)->round_trip();
}

bool path_finder::has_answered(const path_address& at) const {
    const auto* const known = find(at);
    return known != nullptr && known->has_answered();
}

bool path_finder::take_moved() {
    return std::exchange(moved_, false);
}

const remote* path_finder::find(const path_address& at) const {
    const auto found = std::ranges::find(remotes_, at, &remote::at);
    return found == remotes_.end() ? nullptr : &*found;
}

remote* path_finder::find(const path_address& at) {
    const auto found = std::ranges::find(remotes_, at, &remote::at);
    return found == remotes_.end() ? nullptr : &*found;
}

remote* path_finder::find_or_add(const path_address& at, bool told) {
    if (!is_usable(at)) return nullptr;
    if (auto* const known = find(at)) return known;
    if (remotes_.size() == max_remotes) make_room();
    if (remotes_.size() == max_remotes) return nullptr;
    return &remotes_.emplace_back(at, told);
}

void path_finder::make_room() {
    const auto oldest = std::ranges::find_if(remotes_, [this](const remote& each) {
        return !each.is_told() && !each.has_answered() && each.at() != followed_;
    });
    if (oldest != remotes_.end()) {
        remotes_.erase(oldest);
        return;
    }
    const auto retired = std::ranges::find_if(remotes_, [this](const remote& each) {
        return !each.is_told() && each.at() != followed_ && each.at() != path_;
    });
    if (retired != remotes_.end()) remotes_.erase(retired);
}

void path_finder::give_credit_to_all(time_point now) {
    if (now - credit_interval < credited_) return;
    credited_ = now;
    for (auto& each : remotes_) {
        if (each.is_told() || each.has_answered()) each.give_credit(static_cast<int>(openers));
    }
}

void path_finder::open_all(time_point now) {
    for (auto& each : remotes_) {
        if (each.at() != path_) each.open(now, path_ ? std::optional(openers) : std::nullopt);
    }
}

void path_finder::send_probe(remote& to, time_point now) {
    const wire::probe message{to.send(random_, now)};
    outputs_.emplace_back(
        send_clear{to.at(), make_clear_datagram(between_.out, message, between_.suite, between_.punch)});
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
        return;
    }
    if (followed_ == answered.at()) {
        use(answered, now);
        follows_ = true;
    } else if (present.unanswered() >= doubtful_after || (!follows_ && is_better(answered, present))) {
        use(answered, now);
    }
}

void path_finder::use(remote& chosen, time_point now) {
    log_.debug("path chosen", {{"peer", to_string(between_.peer)}, {"endpoint", to_string(chosen.at().at)}});
    path_ = chosen.at();
    follows_ = false;
    followed_.reset();
    announce_ = false;
    moved_ = true;
    on_heard(now);
    outputs_.emplace_back(set_path{chosen.at()});
    // The others get some more: where this end's probes open its own NAT, the peer may depend on them.
    for (auto& each : remotes_)
        each.leave(openers_after_success);
    chosen.close();
}

void path_finder::lose_path(time_point now) {
    log_.debug("path lost", {{"peer", to_string(between_.peer)}, {"endpoint", to_string(path_->at)}});
    path_.reset();
    follows_ = false;
    followed_.reset();
    outputs_.emplace_back(set_path{});
    open_all(now);
}

void path_finder::check_path(time_point now) {
    if (!path_ || now < path_probe_due()) return;
    auto& present = *find(*path_);
    if (present.unanswered() >= (now - recently < received_ ? lost_after_if_heard : lost_after)) {
        lose_path(now);
        return;
    }
    send_probe(present, now);
    if (present.unanswered() == doubtful_after) open_all(now);
    if (present.unanswered() > 1 || now - compare_interval < compared_) return;
    compared_ = now;
    for (auto& each : remotes_) {
        if (each.at() != path_ && each.has_answered()) each.open(now, compare_probes);
    }
}

void path_finder::on_heard(time_point now) {
    heard_ = now;
    unheard_since_.reset();
}

time_point path_finder::path_probe_due() const {
    if (!path_) return never;
    const auto& present = *find(*path_);
    if (present.unanswered() > 0) {
        return present.last_probe() + std::max<duration>(urgent_interval, present.round_trip() * 3 / 2);
    }
    auto due = heard_ + patience_idle;
    if (unheard_since_) due = std::min(due, *unheard_since_ + patience_under_traffic);
    if (flowed_ >= present.last_probe()) due = std::min(due, present.last_probe() + measure_interval);
    return due;
}

bool path_finder::is_better(const remote& candidate, const remote& present) const {
    const auto gain = present.round_trip() - candidate.round_trip();
    return candidate.answers() > 1 && gain > 1ms && gain * 4 > present.round_trip();
}

}  // namespace buri::core
