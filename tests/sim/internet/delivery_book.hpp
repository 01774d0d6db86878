#pragma once
// Every inner packet that was sent and what became of it; and the rules that hold whatever happens: none is delivered twice,
// changed, to the wrong node, or to a node that shares no network with its sender.
#include "buri/base/endpoint.hpp"
#include "tests/sim/internet/world.hpp"

#include <functional>
#include <map>
#include <vector>

namespace buri::sim {

class delivery_book {
public:
    using membership = std::function<bool(node_id, node_id)>;

    delivery_book(world& in, membership may_talk) : world_(in), may_talk_(std::move(may_talk)) {}

    /// A new IP packet from one node to another: IPv4 or IPv6 by turns, with a number and padding.
    bytes make_packet(node_id from, node_id to, const ip_prefix& ula, std::size_t padding);
    /// What a node's TUN was given.
    void on_delivered(node_id at, byte_view packet);

    struct flow {
        std::uint32_t sent = 0;
        std::uint32_t delivered = 0;
        time_point last_sent{};
        time_point last_delivered{};
        duration longest_silence{};  ///< between two deliveries
        [[nodiscard]] std::uint32_t lost() const { return sent - delivered; }
    };
    [[nodiscard]] flow between(node_id from, node_id to) const;
    /// Counts start again; late packets of before are not counted.
    void forget_counts();

private:
    struct sent_packet {
        node_id from;
        node_id to;
        bool delivered = false;
    };
    world& world_;
    membership may_talk_;
    std::vector<sent_packet> packets_;
    std::size_t counted_from_ = 0;
    std::map<std::pair<node_id, node_id>, flow> flows_;
};

}  // namespace buri::sim
