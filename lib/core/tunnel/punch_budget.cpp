#include "buri/core/tunnel/punch_budget.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration count_step = 30s;

/// When fewer than `most` of these lie in `span`.
time_point room_in(const std::deque<time_point>& sent, std::size_t most, duration span, time_point now) {
    return sent.size() < most ? now : std::max(now, sent[sent.size() - most] + span);
}

void drop_old(std::deque<time_point>& sent, duration span, time_point now) {
    while (!sent.empty() && sent.front() + span <= now)
        sent.pop_front();
}

}  // namespace

void punch_budget::forget_old(use& each, time_point now) {
    drop_old(each.sent, entry_life, now);
    while (!each.spent.empty() && each.spent.front().first + count_step + between_sprays <= now)
        each.spent.pop_front();
}

punch_budget::use& punch_budget::of(node_id peer, time_point now) {
    if (!uses_.contains(peer)) {
        std::erase_if(uses_, [now](const auto& known) {
            const auto& each = known.second;
            return spent_by(each, now) == 0 && now - between_sprays >= each.sprayed && now - entry_life >= each.asked;
        });
    }
    auto& found = uses_[peer];
    forget_old(found, now);
    return found;
}

void punch_budget::count(use& each, unsigned packets, time_point now) {
    if (packets == 0) return;
    if (each.spent.empty() || each.spent.back().first + count_step <= now) each.spent.emplace_back(now, 0);
    each.spent.back().second += packets;
}

unsigned punch_budget::spent_by(const use& each, time_point now) {
    unsigned sum = 0;
    for (const auto& [since, packets] : each.spent) {
        if (since + count_step + between_sprays > now) sum += packets;
    }
    return sum;
}

std::size_t punch_budget::claimants(node_id peer, time_point use::*asked, duration span, time_point now) const {
    const auto is_other = [&](const auto& known) { return known.first != peer && now - span < known.second.*asked; };
    return 1 + static_cast<std::size_t>(std::ranges::count_if(uses_, is_other));
}

// ---- packets ------------------------------------------------------------------------------------------------------

bool punch_budget::take(node_id peer, time_point now) {
    auto& own = of(peer, now);
    own.asked = own.asked_any = now;
    if (next(peer, now) > now) return false;
    drop_old(sent_, entry_life, now);
    sent_.push_back(now);
    own.sent.push_back(now);
    pace(own, now);
    return true;
}

time_point punch_budget::next(node_id peer, time_point now) const {
    const auto when = std::max(next_paced(peer, now), room_in(sent_, live_entries, entry_life, now));
    const auto known = uses_.find(peer);
    if (known == uses_.end()) return when;
    const auto share = std::min(live_of_peer, live_entries / claimants(peer, &use::asked, entry_life, now));
    return std::max(when, room_in(known->second.sent, std::max<std::size_t>(share, 1), entry_life, now));
}

bool punch_budget::take_opener(node_id peer, time_point now) {
    auto& own = of(peer, now);
    own.asked_any = now;
    if (next_opener(peer, now) > now) return false;
    pace(own, now);
    return true;
}

time_point punch_budget::next_opener(node_id peer, time_point now) const {
    return next_paced(peer, now);
}

void punch_budget::pace(use& each, time_point now) {
    for (auto* const sent : {&paced_, &each.paced}) {
        drop_old(*sent, 1s, now);
        sent->push_back(now);
    }
    count(each, 1, now);
}

time_point punch_budget::next_paced(node_id peer, time_point now) const {
    const auto when = room_in(paced_, per_second, 1s, now);
    const auto known = uses_.find(peer);
    if (known == uses_.end()) return when;
    const auto& own = known->second;
    if (spent_by(own, now) >= packets_of_peer) return never;
    const auto rate = per_second / claimants(peer, &use::asked_any, 1s, now);
    return std::max(when, room_in(own.paced, std::max<std::size_t>(rate, 1), 1s, now));
}

unsigned punch_budget::grant(node_id peer, unsigned wanted, time_point now) {
    if (wanted == 0) return 0;
    auto& own = of(peer, now);
    const auto granted = std::min(wanted, packets_of_peer - std::min(packets_of_peer, spent_by(own, now)));
    count(own, granted, now);
    return granted;
}

std::size_t punch_budget::live(time_point now) const {
    const auto is_live = [&](time_point sent) { return now - sent < entry_life; };
    return static_cast<std::size_t>(std::ranges::count_if(sent_, is_live));
}

bool punch_budget::is_next_in_line(node_id peer, time_point now) const {
    auto ahead = static_cast<std::size_t>(
        std::ranges::count(spraying_, part::sockets, [](const auto& each) { return each.second; }));
    for (const auto& each : line_) {
        if (each.peer == peer) break;
        if (now - patience < each.asked) ++ahead;
    }
    return ahead < socket_sprays;
}

void punch_budget::wait_for_sockets(node_id peer, time_point now) {
    std::erase_if(line_, [now](const turn& each) { return each.asked + patience <= now; });
    const auto place = std::ranges::find(line_, peer, &turn::peer);
    if (place == line_.end()) {
        line_.push_back({peer, now});
    } else {
        place->asked = now;
    }
}

punch_budget::leave punch_budget::may_spray(node_id peer, part which, time_point now) const {
    if (spraying_.contains(peer)) return leave::spent;
    const auto known = uses_.find(peer);
    if (known != uses_.end() && now - between_sprays < known->second.sprayed) return leave::spent;
    return which == part::sockets && !is_next_in_line(peer, now) ? leave::later : leave::given;
}

punch_budget::leave punch_budget::begin_spray(node_id peer, part which, time_point now) {
    const auto found = may_spray(peer, which, now);
    if (found == leave::later) wait_for_sockets(peer, now);
    if (found != leave::given) return found;
    std::erase_if(line_, [peer](const turn& each) { return each.peer == peer; });
    spraying_[peer] = which;
    of(peer, now).sprayed = now;
    return found;
}

}  // namespace buri::core
