#pragma once
// What control was told since the last snapshot, so that a stream of packets makes one report.
#include "buri/base/ids.hpp"
#include "buri/base/path_address.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace buri::dataplane {

class told_already {
public:
    /// A tunnel whose packets seem to come from more addresses than this is somebody's play on the path.
    static constexpr std::size_t max_addresses = 8;

    void forget() {
        wanted_.clear();
        elsewhere_.clear();
    }

    [[nodiscard]] bool has_wanted(node_id peer) const { return wanted_.contains(peer); }
    void wanted(node_id peer) { wanted_.insert(peer); }

    [[nodiscard]] bool has_address(spi in, const path_address& from) const;
    void address(spi in, const path_address& from) { elsewhere_[in].push_back(from); }

private:
    std::unordered_set<node_id> wanted_;
    std::unordered_map<spi, std::vector<path_address>> elsewhere_;
};

}  // namespace buri::dataplane
