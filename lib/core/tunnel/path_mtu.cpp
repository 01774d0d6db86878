#include "buri/core/tunnel/path_mtu.hpp"

#include <algorithm>
#include <array>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

/// MTUs of links that are met: Ethernet, PPPoE, tunnels and their sums, clouds; 1280 is what IPv6 needs (RFC 8200 section 5).
constexpr std::array<std::uint16_t, 13> usual_mtus{1500, 1492, 1480, 1472, 1460, 1450, 1440,
                                                   1420, 1400, 1380, 1350, 1320, 1280};
constexpr std::size_t headers_v4 = 28;
constexpr std::size_t headers_v6 = 48;

constexpr duration first_patience = 250ms;
constexpr duration least_patience = 150ms;
constexpr duration search_gap = 2ms;  ///< between two sizes
constexpr unsigned asked_times = 2;
constexpr unsigned searched_times = 2;
constexpr duration check_interval = 60s;
/// Once packets that a narrower way would lose are under way: where small ones pass, nothing else tells that those do not.
constexpr duration large_check_interval = 2s;
constexpr duration silence_to_suspect = 700ms;
constexpr duration first_suspicion_gap = 5s;
constexpr std::size_t kept_ways = 8;
constexpr std::size_t kept_probes = 64;

}  // namespace

void path_mtu::on_path(const std::optional<path_address>& path, std::size_t seal_overhead, time_point now) {
    if (path == path_ && step_ != step::idle) return;
    stop();
    path_ = path;
    limit_.reset();
    if (!path) return;
    overhead_ = seal_overhead + (path->at.address.is_v4() ? headers_v4 : headers_v6);
    const auto known = std::ranges::find(known_, *path, &known_way::path);
    if (known != known_.end()) limit_ = known->limit;
    suspicion_gap_ = first_suspicion_gap;
    silent_since_ = never;
    ask(now);
}

void path_mtu::stop() {
    step_ = step::idle;
    planned_.clear();
    sent_.clear();
    answer_by_ = never;
}

void path_mtu::ask(time_point now) {
    step_ = step::asking;
    rounds_ = 0;
    best_ = 0;
    checked_ = now;
    large_left_ = false;
    answer_by_ = never;
    planned_.clear();
    plan(around_.mtu, now);
    if (limit_ && *limit_ < around_.mtu) plan(*limit_, now);
}

void path_mtu::search(time_point now) {
    if (step_ != step::searching) {
        step_ = step::searching;
        rounds_ = 0;
        if (best_ == 0) limit_ = floor();
    }
    answer_by_ = never;
    auto when = now;
    for (const auto size : sizes()) {
        if (size <= best_) continue;
        plan(size, when);
        when += search_gap;
    }
}

void path_mtu::settle(time_point now) {
    step_ = step::settled;
    checked_ = now;
    answer_by_ = never;
    planned_.clear();
    limit_ = best_ == 0 ? floor() : best_;
    remember();
}

void path_mtu::on_reply(std::uint64_t number, time_point now) {
    const auto sent = std::ranges::find(sent_, number, &sent_probe::number);
    if (sent == sent_.end()) return;
    const auto size = sent->size;
    sent_.erase(sent);
    if (step_ == step::idle || size < best_) return;
    best_ = size;
    if (!limit_ || size > *limit_) limit_ = size;
    if (size >= around_.mtu) {
        settle(now);
    } else if (step_ == step::settled) {
        remember();
    }
}

void path_mtu::on_traffic(const traffic_watch::change& change, time_point now) {
    large_left_ = large_left_ || change.large;
    if (step_ != step::settled) return;
    if (change.received) {
        silent_since_ = never;
        suspicion_gap_ = first_suspicion_gap;
    } else if (change.sent && silent_since_ == never) {
        silent_since_ = now;
    }
    const bool is_silent = silent_since_ != never && now - silence_to_suspect >= silent_since_;
    if (is_silent && now - suspicion_gap_ >= suspected_) {
        suspected_ = now;
        suspicion_gap_ = std::min<duration>(suspicion_gap_ * 2, check_interval);
        ask(now);
    } else if (now - (large_left_ ? large_check_interval : check_interval) >= checked_ &&
               (change.flows || large_left_)) {
        ask(now);
    }
}

std::optional<path_mtu::probe> path_mtu::take_due(std::optional<duration> round_trip, time_point now) {
    if (step_ == step::idle) return std::nullopt;
    if (planned_.empty() && now >= answer_by_) {
        answer_by_ = never;
        ++rounds_;
        if (step_ == step::asking && rounds_ < asked_times) {
            plan(around_.mtu, now);
            if (best_ == 0 && limit_ && *limit_ < around_.mtu) plan(*limit_, now);
        } else if (best_ == 0 && step_ == step::asking) {
            search(now);
        } else if (step_ == step::searching && rounds_ < searched_times) {
            search(now);
        } else {
            settle(now);
        }
    }
    if (planned_.empty() || planned_.front().when > now) return std::nullopt;
    const probe due{++last_number_, planned_.front().size};
    planned_.pop_front();
    sent_.push_back({due.number, due.size});
    if (sent_.size() > kept_probes) sent_.pop_front();
    const auto patience = round_trip ? std::max<duration>(least_patience, *round_trip * 3 / 2) : first_patience;
    if (planned_.empty() && step_ != step::settled) answer_by_ = now + patience;
    return due;
}

time_point path_mtu::next_deadline() const {
    if (step_ == step::idle) return never;
    return planned_.empty() ? answer_by_ : planned_.front().when;
}

void path_mtu::remember() {
    std::erase_if(known_, [this](const known_way& each) { return each.path == *path_; });
    if (known_.size() == kept_ways) known_.erase(known_.begin());
    known_.push_back({*path_, *limit_});
}

std::uint16_t path_mtu::floor() const {
    return std::min(around_.mtu, static_cast<std::uint16_t>(usual_mtus.back() - overhead_));
}

std::vector<std::uint16_t> path_mtu::sizes() const {
    std::vector<std::uint16_t> all{around_.mtu};
    for (const auto mtu : usual_mtus) {
        const auto inside = static_cast<std::uint16_t>(mtu - overhead_);
        if (inside < around_.mtu) all.push_back(inside);
    }
    return all;
}

}  // namespace buri::core
