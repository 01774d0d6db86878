#pragma once
// How many packets go to addresses that a peer named and from which nothing has come: nobody can make a node flood a third party, whatever
// ports it names.
#include "buri/base/endpoint.hpp"
#include "buri/base/time_point.hpp"

#include <algorithm>
#include <map>

namespace buri::core {

class silent_limit {
public:
    static constexpr unsigned packets = 20;  ///< to all ports of one address, in `span`
    static constexpr duration span = std::chrono::minutes(10);
    static constexpr std::size_t most_addresses = 32;

    /// How many of `wanted` packets may go there; they are counted.
    unsigned take(const ip_address& to, unsigned wanted, time_point now) {
        std::erase_if(spent_, [now](const auto& each) { return each.second.since + span <= now; });
        if (spent_.size() >= most_addresses && !spent_.contains(to)) return 0;
        auto& spent = spent_.try_emplace(to, entry{now, 0}).first->second;
        const auto granted = std::min(wanted, packets - spent.count);
        spent.count += granted;
        return granted;
    }

private:
    struct entry {
        time_point since;
        unsigned count = 0;
    };
    std::map<ip_address, entry> spent_;
};

}  // namespace buri::core
