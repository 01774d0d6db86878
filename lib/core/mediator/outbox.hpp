#pragma once
// What the mediator wants done, in order.
#include "buri/core/mediator/roster.hpp"

#include <deque>

namespace buri::core {

class outbox {
public:
    void answer(connection_id to, std::uint32_t number, wire::answer what);
    void answer(connection_id to, std::uint32_t number, const result<void>& outcome);
    /// With the session's next sequence number. Kept for a node that is away for a moment, as far as a backlog keeps it.
    void tell(online_node& node, const wire::event& what);
    /// The node goes on after this event, and is told those that it missed.
    void resume(online_node& node, std::uint64_t sequence);
    void put(mediator_output what) { queue_.push_back(std::move(what)); }
    std::optional<mediator_output> poll();

private:
    std::deque<mediator_output> queue_;
};

}  // namespace buri::core
