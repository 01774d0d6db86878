#include "buri/core/node/lifetime_test.hpp"

#include <algorithm>

namespace buri::core {

lifetime_test::lifetime_test(const path_address& second, random_source& random, time_point now)
    : second_(second), random_(random), asking_(second) {
    ask(now);
}

bool lifetime_test::on_response(const path_address& from, const wire::stun_response& response, time_point now) {
    if (asking_.on_response(from, response, now)) {
        port_ = response.mapped.port;
        test_at_ = now + spans[index_];
        return true;
    }
    // What the main socket asked for comes to the second: through its channel, from the same server.
    if (!testing_ || from.channel != second_.channel) return false;
    if (!testing_->on_response({main_channel, from.at}, response, now)) return false;
    testing_.reset();
    proven_ = spans[index_];
    failures_ = 0;
    if (++index_ == spans.size()) {
        done_ = true;
    } else {
        ask(now);
    }
    return true;
}

std::optional<std::pair<path_address, bytes>> lifetime_test::take_due(time_point now) {
    if (done_) return std::nullopt;
    if (auto datagram = asking_.take_due(now)) return std::pair(second_, *std::move(datagram));
    if (asking_.has_given_up(now)) done_ = true;
    if (test_at_ <= now) test(now);
    if (!testing_) return std::nullopt;
    if (auto datagram = testing_->take_due(now)) return std::pair(testing_->to(), *std::move(datagram));
    if (testing_->has_given_up(now)) {
        testing_.reset();
        done_ = ++failures_ == 2;
        if (!done_) ask(now);
    }
    return asking_.next_deadline() <= now && !done_ ? take_due(now) : std::nullopt;
}

time_point lifetime_test::next_deadline() const {
    if (done_) return never;
    return std::min({asking_.next_deadline(), test_at_, testing_ ? testing_->next_deadline() : never});
}

void lifetime_test::ask(time_point now) {
    asking_.start(random_, now, tries);
}

void lifetime_test::test(time_point now) {
    test_at_ = never;
    testing_.emplace(path_address(main_channel, second_.at), wire::stun_request{.response_port = port_});
    testing_->start(random_, now, tries);
}

}  // namespace buri::core
