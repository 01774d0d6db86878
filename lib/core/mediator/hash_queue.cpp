#include "buri/core/mediator/hash_queue.hpp"

#include "buri/core/mediator/request_limits.hpp"

#include <algorithm>

namespace buri::core {

result<hash_wanted> hash_queue::add(change_request waiting, password_work work) {
    const auto of_node =
        std::ranges::count_if(waiting_, [&](const auto& entry) { return entry.second.node == waiting.node; });
    const auto of_address = std::ranges::count_if(
        waiting_, [&](const auto& entry) { return address_key(entry.second.from) == address_key(waiting.from); });
    const bool is_too_much = waiting_.size() >= max_waiting || std::cmp_greater_equal(of_node, max_waiting_per_node) ||
                             std::cmp_greater_equal(of_address, max_waiting_per_address);
    if (is_too_much || waiting.hashes >= max_hashes) {
        return fail(errc::too_many_requests, attempt(waiting.message.body) +
                                                 ": the server has too many passwords to check; try again in a moment");
    }
    ++waiting.hashes;
    waiting_.emplace(++last_ticket_, std::move(waiting));
    return hash_wanted{last_ticket_, std::move(work)};
}

std::optional<change_request> hash_queue::take(std::uint64_t ticket, password_outcome outcome) {
    auto found = waiting_.extract(ticket);
    if (!found) return std::nullopt;
    found.mapped().password = std::move(outcome);
    return std::move(found.mapped());
}

}  // namespace buri::core
