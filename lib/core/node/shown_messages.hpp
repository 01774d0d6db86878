#pragma once
// Which messages of networks the user has seen: the server repeats a message until it hears that it has arrived.
#include "buri/wire/messages.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace buri::core {

class shown_messages {
public:
    /// True once for a text, as long as the node stays in the network.
    bool is_new_welcome(const network_name& network, const std::string& text) {
        auto& seen = networks_[network].welcome;
        return std::exchange(seen, text) != text;
    }
    /// True once for an announcement. By time as well as id: a server that was restored from a backup uses ids again.
    bool is_new(const network_name& network, const wire::announcement_info& message) {
        auto& seen = networks_[network].announcements;
        const key wanted{message.id, message.at};
        if (std::ranges::find(seen, wanted) != seen.end()) return false;
        if (seen.size() == max_remembered) seen.pop_front();
        seen.push_back(wanted);
        return true;
    }
    void forget(const network_name& network) { networks_.erase(network); }

private:
    static constexpr std::size_t max_remembered = 100;  ///< as many as a network keeps
    struct key {
        std::uint64_t id = 0;
        wall_time at;
        bool operator==(const key&) const = default;
    };
    struct seen_messages {
        std::optional<std::string> welcome;
        std::deque<key> announcements;
    };
    std::map<network_name, seen_messages> networks_;
};

}  // namespace buri::core
