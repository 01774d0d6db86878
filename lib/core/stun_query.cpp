#include "buri/core/stun_query.hpp"

namespace buri::core {

void stun_query::start(random_source& random, time_point now, unsigned tries, duration retry) {
    random.fill(what_.transaction);
    retry_ = retry;
    left_ = tries;
    tries_ = 0;
    next_ = now;
}

std::optional<bytes> stun_query::take_due(time_point now) {
    if (next_ > now || left_ == 0) return std::nullopt;
    --left_;
    sent_ = now;
    next_ = now + retry_ * (1U << tries_++);
    return wire::encode_stun_request(what_);
}

bool stun_query::has_given_up(time_point now) {
    if (next_ > now || left_ > 0) return false;
    next_ = never;
    return true;
}

bool stun_query::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    const bool from_elsewhere = what_.change_address || what_.change_port;
    if (!is_waiting() || tries_ == 0 || response.transaction != what_.transaction) return false;
    if (from.channel != to_.channel || (from.at == to_.at) == from_elsewhere) return false;
    next_ = never;
    round_trip_ = now - sent_;
    return true;
}

}  // namespace buri::core
