#include "buri/core/node/requests.hpp"

#include <algorithm>

namespace buri::core {

wire::numbered_request requests::add(wire::request body, pending_request who, time_point now) {
    do {
        ++last_number_;
    } while (last_number_ == 0 || waiting_.contains(last_number_));
    who.expires = now + timeout;
    waiting_.emplace(last_number_, std::move(who));
    return {last_number_, std::move(body)};
}

std::optional<pending_request> requests::on_answer(std::uint32_t number) {
    auto node = waiting_.extract(number);
    if (!node) return std::nullopt;
    return std::move(node.mapped());
}

std::vector<pending_request> requests::take_expired(time_point now) {
    std::vector<pending_request> expired;
    for (auto each = waiting_.begin(); each != waiting_.end();) {
        if (each->second.expires > now) {
            ++each;
            continue;
        }
        expired.push_back(std::move(each->second));
        each = waiting_.erase(each);
    }
    return expired;
}

std::vector<pending_request> requests::take_all() {
    return take_expired(never);
}

time_point requests::next_deadline() const {
    auto first = never;
    for (const auto& [number, who] : waiting_)
        first = std::min(first, who.expires);
    return first;
}

}  // namespace buri::core
