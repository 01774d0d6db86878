#include "buri/link/race_order.hpp"

#include <algorithm>

namespace buri::link {
namespace {

constexpr std::array turns{way_kind::tcp, way_kind::tcp, way_kind::tls, way_kind::tls, way_kind::tls_via_proxy};

std::size_t lane_of(way_kind kind) {
    return static_cast<std::size_t>(kind);
}

way pop(std::deque<way>& lane) {
    auto out = std::move(lane.front());
    lane.pop_front();
    return out;
}

}  // namespace

race_order::race_order(std::optional<known_way> first, std::size_t lookups, time_point now)
    : first_(std::move(first)), lookups_(lookups), proxies_from_(now + stagger), next_(now) {}

void race_order::add(way what) {
    if (added_ == max_ways) return;
    ++added_;
    const auto lane = lane_of(what.kind);
    lanes_[lane].push_back(std::move(what));
}

void race_order::on_failure(time_point now) {
    next_ = std::min(next_, now);
}

std::optional<way> race_order::take_first() {
    if (!first_) return std::nullopt;
    auto& lane = lanes_[lane_of(first_->kind)];
    const auto found = std::ranges::find(lane, first_->host, &way::host);
    if (found == lane.end()) return std::nullopt;
    auto out = std::move(*found);
    lane.erase(found);
    first_.reset();
    return out;
}

std::optional<way> race_order::take(time_point now) {
    if (now < next_) return std::nullopt;
    if (auto first = take_first()) {
        next_ = now + head_start;
        return first;
    }
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const auto kind = turns[(turn_ + i) % turns.size()];
        auto& lane = lanes_[lane_of(kind)];
        const bool waits = kind == way_kind::tls_via_proxy && lookups_ != 0 && now < proxies_from_;
        if (lane.empty() || waits) continue;
        turn_ = (turn_ + i + 1) % turns.size();
        next_ = now + stagger;
        return pop(lane);
    }
    return std::nullopt;
}

time_point race_order::next_deadline() const {
    if (is_empty()) return never;
    const bool only_proxies = lanes_[lane_of(way_kind::tcp)].empty() && lanes_[lane_of(way_kind::tls)].empty();
    return only_proxies && lookups_ != 0 ? std::max(next_, proxies_from_) : next_;
}

bool race_order::is_empty() const {
    return std::ranges::all_of(lanes_, [](const auto& lane) { return lane.empty(); });
}

bool race_order::is_exhausted() const {
    return lookups_ == 0 && is_empty();
}

}  // namespace buri::link
