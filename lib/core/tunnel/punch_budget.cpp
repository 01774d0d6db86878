#include "buri/core/tunnel/punch_budget.hpp"

#include <algorithm>

namespace buri::core {

bool punch_budget::take(time_point now) {
    if (next(now) > now) return false;
    while (!sent_.empty() && sent_.front() + entry_life <= now)
        sent_.pop_front();
    sent_.push_back(now);
    return true;
}

time_point punch_budget::next(time_point now) const {
    auto when = now;
    if (sent_.size() >= per_second) when = std::max(when, sent_[sent_.size() - per_second] + std::chrono::seconds(1));
    if (sent_.size() >= live_entries) when = std::max(when, sent_[sent_.size() - live_entries] + entry_life);
    return when;
}

bool punch_budget::begin_spray(node_id peer, time_point now) {
    std::erase_if(sprayed_, [now](const auto& each) { return each.second + between_sprays <= now; });
    if (spraying_ || sprayed_.contains(peer)) return false;
    spraying_ = peer;
    sprayed_[peer] = now;
    return true;
}

void punch_budget::end_spray(node_id peer) {
    if (spraying_ == peer) spraying_ = {};
}

}  // namespace buri::core
