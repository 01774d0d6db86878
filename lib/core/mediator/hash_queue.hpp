#pragma once
// Requests whose password is being hashed. Hashes are dear, so few may wait.
#include "buri/core/mediator/present.hpp"

#include <map>

namespace buri::core {

/// A request that would change the directory, on its way to the decision.
struct change_request {
    connection_id connection = 0;
    node_id node;
    ip_address from;
    wire::numbered_request message;
    std::optional<password_outcome> password{};
    std::uint32_t hashes = 0;  ///< wanted for it so far
};

class hash_queue {
public:
    static constexpr std::size_t max_waiting = 64;
    static constexpr std::size_t max_waiting_per_node = 2;
    /// However many accounts somebody has, others find room.
    static constexpr std::size_t max_waiting_per_address = 32;
    /// The network's password may change while one is hashed, and again.
    static constexpr std::uint32_t max_hashes = 3;

    /// errc::too_many_requests; else what the driver is to hash.
    result<hash_wanted> add(change_request waiting, password_work work);
    /// The request, with the outcome; nothing for a ticket that nobody waits for.
    std::optional<change_request> take(std::uint64_t ticket, password_outcome outcome);

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

private:
    std::map<std::uint64_t, change_request> waiting_;
    std::uint64_t last_ticket_ = 0;
};

}  // namespace buri::core
