#include "buri/core/port_mapping/request_schedule.hpp"

#include "buri/core/port_mapping/lease.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr duration first_wait = std::chrono::milliseconds(250);
constexpr unsigned max_sent = 4;

}  // namespace

void request_schedule::begin(time_point when) {
    sent_ = 0;
    next_ = begun_ ? std::max(when, *begun_ + min_request_interval) : when;
}

request_schedule::step request_schedule::on_deadline(time_point now) {
    if (now < next_) return step::none;
    if (sent_ == max_sent) {
        sent_ = 0;
        next_ = never;
        return step::give_up;
    }
    if (sent_ == 0) begun_ = now;
    next_ = now + first_wait * (1U << sent_);
    ++sent_;
    is_awaiting_ = true;
    return step::send;
}

bool request_schedule::on_answer() {
    if (!is_awaiting_) return false;
    is_awaiting_ = false;
    sent_ = 0;
    next_ = never;
    return true;
}

}  // namespace buri::core
