#include "buri/core/node/filtering_test.hpp"

#include <algorithm>

namespace buri::core {

filtering_test::filtering_test(const path_address& server, const endpoint& other, random_source& random, time_point now)
    : has_other_address_(other.address != server.at.address),
      plain_(server),
      other_address_(server, {.change_address = true, .change_port = true}),
      other_port_(server, {.change_port = true}),
      random_(random) {
    plain_.start(random_, now, tries);
}

bool filtering_test::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    if (result_) return false;
    if (plain_.on_response(from, response, now)) {
        opened_ = true;
        const auto gap = std::clamp<duration>(plain_.round_trip() * 5 / 4, shortest_gap, stun_query::first_retry);
        other_port_.start(random_, now, tries, gap);
        if (has_other_address_) other_address_.start(random_, now, tries, gap);
        return true;
    }
    if (other_address_.on_response(from, response, now)) {
        result_ = nat_filtering::endpoint_independent;
        return true;
    }
    if (!other_port_.on_response(from, response, now)) return false;
    port_came_ = true;
    conclude();
    return true;
}

std::optional<bytes> filtering_test::take_due(time_point now) {
    if (result_) return std::nullopt;
    for (auto* const each : {&plain_, &other_address_, &other_port_}) {
        if (auto datagram = each->take_due(now)) return datagram;
        if (each->has_given_up(now)) conclude();
    }
    return std::nullopt;
}

time_point filtering_test::next_deadline() const {
    if (result_) return never;
    return std::min({plain_.next_deadline(), other_address_.next_deadline(), other_port_.next_deadline()});
}

void filtering_test::conclude() {
    if (!opened_) {
        result_ = nat_filtering::unknown;
        return;
    }
    if (other_address_.is_waiting() || other_port_.is_waiting()) return;
    result_ = port_came_ ? nat_filtering::address_dependent : nat_filtering::address_port_dependent;
}

}  // namespace buri::core
