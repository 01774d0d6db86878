#include "buri/core/tunnel/remote.hpp"

#include "buri/core/tunnel/jitter.hpp"

#include <algorithm>

namespace buri::core {
namespace {

using namespace std::chrono_literals;

constexpr duration first_patience = 300ms;  ///< while the round trip is not known
constexpr unsigned needed_after_loss = 3;
constexpr unsigned most_needed = 12;
constexpr duration of_late = 60s;

}  // namespace

void remote::open(time_point now, std::optional<unsigned> count) {
    step_ = 0;
    remaining_ = count;
    if (credit_ > 0) {
        next_ = now;
    } else if (stays_probed()) {
        next_ = std::max(now, last_probe_ + slow_interval);
    }
}

void remote::leave(unsigned count) {
    remaining_ = std::min(remaining_.value_or(count), count);
    if (*remaining_ == 0) next_ = never;
}

void remote::hurry(duration gap, time_point now) {
    if (credit_ <= 0) return;
    if (remaining_ == 0U) remaining_ = 1;
    next_ = std::min(next_, std::max(now, last_probe_ + gap));
}

void remote::give_credit(int count) {
    credit_ = std::min(credit_ + count, full_credit);
}

void remote::earn(int count) {
    give_credit(count);
    earned_ = std::min(earned_ + count, full_credit);
}

bool remote::take_earned() {
    if (earned_ == 0) return false;
    --earned_;
    return true;
}

void remote::hold(time_point until) {
    if (next_ != never) next_ = std::max(next_, until);
}

void remote::become(way_kind kind) {
    if (kind != way_kind::learned && kind_ == way_kind::learned) credit_ = full_credit;
    kind_ = kind;
}

wire::probe_nonce remote::send(random_source& random, time_point now) {
    const auto nonce = random.array<std::tuple_size_v<wire::probe_nonce>>();
    count_lost(now);
    waiting_.push_back({nonce, now});
    if (waiting_.size() > max_waiting) waiting_.pop_front();
    last_probe_ = now;
    ++unanswered_;
    credit_ = std::max(credit_ - 1, 0);
    if (remaining_ && *remaining_ > 0) --*remaining_;
    if (remaining_ == 0U || next_ == never) {
        next_ = never;
    } else if (credit_ > 0) {
        next_ = now + jittered(gap_after(step_++), random);
    } else {
        next_ = stays_probed() ? now + jittered(slow_interval, random) : never;
    }
    return nonce;
}

bool remote::on_ack(const wire::probe_nonce& nonce, time_point now) {
    const auto sent = std::ranges::find(waiting_, nonce, &waiting::nonce);
    if (sent == waiting_.end() || now - sent->sent > latest_ack) return false;
    const auto took = now - sent->sent;
    if (has_answered()) {
        const auto off = took > round_trip_ ? took - round_trip_ : round_trip_ - took;
        deviation_ += (off - deviation_) / 4;
        round_trip_ += (took - round_trip_) / 8;
    } else {
        round_trip_ = took;
        deviation_ = took / 4;
    }
    if (!sent->counted) measure(false);
    waiting_.erase(sent);
    ever_answered_ = true;
    ++answers_;
    ++streak_;
    unanswered_ = 0;
    credit_ = full_credit;
    last_answer_ = now;
    return true;
}

void remote::on_lost(time_point now) {
    answers_ = 0;
    streak_ = 0;
    shunned_ = false;
    needed_ = lost_at_ != time_point::min() && now - lost_at_ < of_late ? std::min(needed_ * 2, most_needed)
                                                                        : needed_after_loss;
    lost_at_ = now;
}

void remote::forget() {
    answers_ = 0;
    streak_ = 0;
    needed_ = 1;
    calm();
}

void remote::calm() {
    unanswered_ = 0;
    waiting_.clear();
}

duration remote::patience(duration least) const {
    if (!has_answered()) return first_patience;
    return std::max({least, std::min<duration>(2 * round_trip_, round_trip_ + 100ms), round_trip_ + 4 * deviation_});
}

duration remote::gap_after(unsigned step) {
    constexpr unsigned openers = 5;
    constexpr unsigned seconds = 10;
    if (step < openers) return 20ms * (1U << step);
    if (step < openers + seconds) return 1s;
    return std::min<duration>(2s * (1U << std::min(step - openers - seconds, 4U)), 10s);
}

void remote::count_lost(time_point now) {
    for (auto& each : waiting_) {
        if (each.counted || now - each.sent < patience()) continue;
        each.counted = true;
        streak_ = 0;
        measure(true);
    }
}

void remote::measure(bool lost) {
    constexpr double weight = 1.0 / 64;
    ++measured_;
    const auto share = std::max(weight, 1.0 / measured_);
    loss_ += share * ((lost ? 1.0 : 0.0) - loss_);
}

}  // namespace buri::core
