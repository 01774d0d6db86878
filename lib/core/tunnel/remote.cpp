#include "buri/core/tunnel/remote.hpp"

#include "buri/core/tunnel/jitter.hpp"

#include <algorithm>

namespace buri::core {

using namespace std::chrono_literals;

void remote::open(time_point now, std::optional<unsigned> count) {
    step_ = 0;
    remaining_ = count;
    if (credit_ > 0) {
        next_ = now;
    } else if (told_ || has_answered()) {
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

wire::probe_nonce remote::send(random_source& random, time_point now) {
    const auto nonce = random.array<std::tuple_size_v<wire::probe_nonce>>();
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
        next_ = told_ || has_answered() ? now + jittered(slow_interval, random) : never;
    }
    return nonce;
}

bool remote::on_ack(const wire::probe_nonce& nonce, time_point now) {
    const auto sent = std::ranges::find(waiting_, nonce, &waiting::nonce);
    if (sent == waiting_.end() || now - sent->sent > latest_ack) return false;
    const auto took = now - sent->sent;
    round_trip_ = has_answered() ? round_trip_ + (took - round_trip_) / 8 : took;
    waiting_.erase(sent);
    ++answers_;
    unanswered_ = 0;
    credit_ = full_credit;
    return true;
}

duration remote::gap_after(unsigned step) const {
    constexpr unsigned openers = 5;
    constexpr unsigned seconds = 10;
    if (step < openers) return 20ms * (1U << step);
    if (step < openers + seconds) return 1s;
    return std::min<duration>(2s * (1U << std::min(step - openers - seconds, 4U)), 10s);
}

}  // namespace buri::core
