#pragma once
// The events that a node was told last, for one that comes back and missed some: it resumes where it was. Tunnels, relays,
// welcomes and announcements are no part of it; what holds for them is found out anew on every connection.
#include "buri/wire/messages.hpp"

#include <deque>
#include <functional>

namespace buri::core {

class backlog {
public:
    static constexpr std::size_t max_events = 256;
    static constexpr std::size_t max_bytes = 256U << 10U;

    static bool keeps(const wire::event& what);

    /// Events come by rising sequence; the oldest are forgotten when there are too many.
    void keep(std::uint64_t sequence, const wire::event& what);
    /// Whether every event after this one is still here.
    [[nodiscard]] bool reaches_back_to(std::uint64_t sequence) const { return sequence >= forgotten_; }
    /// Those after `sequence`, and forgets all.
    std::vector<wire::event> take_after(std::uint64_t sequence);
    /// Those about a network, and about whom `is_peer` does not know: the node is to learn no more of them.
    void forget(const network_name& network, const std::function<bool(node_id)>& is_peer);
    void clear();

    [[nodiscard]] std::size_t size() const { return events_.size(); }
    /// Memory that the events take, about.
    [[nodiscard]] std::size_t weight() const { return weight_; }

private:
    struct entry {
        std::uint64_t sequence = 0;
        std::size_t weight = 0;
        wire::event what;
    };
    std::deque<entry> events_;
    std::size_t weight_ = 0;
    std::uint64_t forgotten_ = 0;  ///< the last that is not here any more
};

}  // namespace buri::core
