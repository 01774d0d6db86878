#pragma once
// What the mediator wants done, in order.
#include "buri/core/mediator/roster.hpp"

#include <deque>

namespace buri::core {

class outbox {
public:
    void answer(connection_id to, std::uint32_t number, const result<void>& outcome);
    /// With the connection's next sequence number; nothing if the node is not listening.
    void tell(online_node& node, wire::event what);
    void put(mediator_output what) { queue_.push_back(std::move(what)); }
    std::optional<mediator_output> poll();

private:
    std::deque<mediator_output> queue_;
};

}  // namespace buri::core
