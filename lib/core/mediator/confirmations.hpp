#pragma once
// What nodes have seen of welcomes and announcements, gathered for a moment: an announcement to many members is confirmed by all of
// them at once, and becomes durable in one commit.
#include "buri/core/mediator/present.hpp"

#include <map>

namespace buri::core {

struct seen_messages {
    struct asker {
        connection_id connection = 0;
        node_id node;
        std::uint32_t number = 0;
    };
    std::map<std::pair<node_id, network_name>, wire::confirm_messages> what;
    std::vector<asker> askers;
};

class confirmations {
public:
    static constexpr auto delay = std::chrono::seconds(1);
    static constexpr std::uint32_t max_per_node = 512;

    /// False if the node has too many already.
    bool add(const seen_messages::asker& from, const wire::confirm_messages& seen, time_point now);
    [[nodiscard]] bool has_from(node_id node) const { return counts_.contains(node); }
    seen_messages take();
    /// When what is gathered is to be taken.
    [[nodiscard]] time_point next_deadline() const { return due_; }

private:
    seen_messages gathered_;
    std::unordered_map<node_id, std::uint32_t> counts_;
    time_point due_ = never;
};

}  // namespace buri::core
