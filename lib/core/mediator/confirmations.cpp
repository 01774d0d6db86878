#include "buri/core/mediator/confirmations.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

bool confirmations::add(const seen_messages::asker& from, const wire::confirm_messages& seen, time_point now) {
    auto& count = counts_[from.node];
    if (count >= max_per_node) return false;
    ++count;
    auto& entry = gathered_.what[{from.node, seen.network}];
    entry.network = seen.network;
    entry.welcome = entry.welcome || seen.welcome;
    entry.announcement = std::max(entry.announcement, seen.announcement);
    gathered_.askers.push_back(from);
    due_ = std::min(due_, now + delay);
    return true;
}

seen_messages confirmations::take() {
    counts_.clear();
    due_ = never;
    return std::exchange(gathered_, {});
}

}  // namespace buri::core
