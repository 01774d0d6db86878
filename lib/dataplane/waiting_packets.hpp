#pragma once
// Packets for peers without a session, kept until there is one: the first ping and the first SYN to a sleeping peer are
// late, not lost. Bounded in number, in bytes and in time; the oldest goes first.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/time_point.hpp"

#include <algorithm>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace buri::dataplane {

class waiting_packets {
public:
    static constexpr std::size_t max_packets = 16;                    ///< for one peer
    static constexpr std::size_t max_bytes = std::size_t{32} << 10U;  ///< for one peer
    static constexpr std::size_t max_in_all = std::size_t{4} << 20U;  ///< bytes, for all peers
    static constexpr std::size_t least_cost = 256;                    ///< bytes that the smallest packet counts for
    static constexpr duration patience = std::chrono::seconds(3);

    void add(node_id peer, byte_view packet, time_point now);
    /// Those that have waited for too long go.
    void expire(time_point now);
    /// The oldest for this peer; valid until the next call.
    std::optional<byte_view> take(node_id peer);

    [[nodiscard]] std::vector<node_id> peers() const;
    [[nodiscard]] bool is_empty() const { return order_.empty(); }
    /// How many went without being taken.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    struct kept {
        node_id peer;
        time_point since;
        bytes packet;
        [[nodiscard]] std::size_t cost() const { return std::max(packet.size(), least_cost); }
    };
    using kept_list = std::list<kept>;
    struct queue {
        std::vector<kept_list::iterator> packets;  ///< oldest first
        std::size_t bytes_used = 0;
    };

    [[nodiscard]] bool has_room(node_id peer, std::size_t cost) const;
    void drop_oldest_of(node_id peer);
    /// Out of the queues, for another packet to use its memory.
    void release(node_id peer);

    kept_list order_;  ///< oldest first
    kept_list free_;   ///< a few, whose memory is used again
    std::unordered_map<node_id, queue> queues_;
    std::size_t bytes_used_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace buri::dataplane
