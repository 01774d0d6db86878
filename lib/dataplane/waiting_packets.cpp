#include "buri/dataplane/waiting_packets.hpp"

namespace buri::dataplane {
namespace {

constexpr std::size_t max_free = 32;

}  // namespace

void waiting_packets::add(node_id peer, byte_view packet, time_point now) {
    expire(now);
    if (packet.size() > max_bytes) {
        ++dropped_;
        return;
    }
    kept_list next;
    if (free_.empty()) free_.emplace_back();
    next.splice(next.end(), free_, free_.begin());
    next.front().peer = peer;
    next.front().since = now;
    next.front().packet.assign(packet.begin(), packet.end());
    const auto cost = next.front().cost();

    while (!has_room(peer, cost))
        drop_oldest_of(peer);
    while (bytes_used_ + cost > max_in_all)
        drop_oldest_of(order_.front().peer);
    auto& mine = queues_[peer];
    mine.packets.reserve(max_packets);
    mine.packets.push_back(next.begin());
    mine.bytes_used += cost;
    bytes_used_ += cost;
    order_.splice(order_.end(), next);
}

bool waiting_packets::has_room(node_id peer, std::size_t cost) const {
    const auto found = queues_.find(peer);
    if (found == queues_.end()) return true;
    return found->second.packets.size() < max_packets && found->second.bytes_used + cost <= max_bytes;
}

void waiting_packets::expire(time_point now) {
    while (!order_.empty() && order_.front().since + patience < now)
        drop_oldest_of(order_.front().peer);
}

std::optional<byte_view> waiting_packets::take(node_id peer) {
    if (!queues_.contains(peer)) return std::nullopt;
    release(peer);
    return byte_view(free_.back().packet);
}

std::vector<node_id> waiting_packets::peers() const {
    std::vector<node_id> out;
    out.reserve(queues_.size());
    for (const auto& [peer, packets] : queues_)
        out.push_back(peer);
    return out;
}

void waiting_packets::drop_oldest_of(node_id peer) {
    release(peer);
    ++dropped_;
}

void waiting_packets::release(node_id peer) {
    const auto found = queues_.find(peer);
    auto& mine = found->second;
    const auto oldest = mine.packets.front();
    mine.packets.erase(mine.packets.begin());
    mine.bytes_used -= oldest->cost();
    bytes_used_ -= oldest->cost();
    while (free_.size() >= max_free)
        free_.pop_front();
    free_.splice(free_.end(), order_, oldest);
    if (mine.packets.empty()) queues_.erase(found);
}

}  // namespace buri::dataplane
