#pragma once
// Turns what tunnels want into commands for the data plane. Keeps the order: keys that were asked for first are in the
// snapshot before a datagram that was asked for later leaves.
#include "buri/core/node_machine.hpp"
#include "buri/dataplane/plane.hpp"

#include <functional>
#include <memory>
#include <unordered_map>

namespace buri::node {

class link_table {
public:
    using post_command = std::function<void(dataplane::command)>;

    explicit link_table(post_command post) : post_(std::move(post)) {}

    void on_addresses(node_id self, const ip_prefix& ula);
    void on_tunnel(core::tunnel_wants wants);
    void on_route(node_id peer, spi in);
    void on_remove(node_id peer, spi in);
    void on_plain(core::send_plain datagram);
    /// Makes the changes so far take effect. Called after the machine's outputs were drained.
    void flush();

    struct tunnel_sample {
        spi in;
        core::traffic_sample carried;
    };
    /// What the tunnels carried so far: of those that carried anything since they were asked last, and of every one whose last
    /// sample is a second old.
    std::vector<tunnel_sample> take_samples(time_point now);
    [[nodiscard]] const dataplane::link_statistics* statistics(spi in) const;
    [[nodiscard]] std::size_t size() const { return links_.size(); }

private:
    struct entry {
        dataplane::peer_link link;
        std::uint8_t newest_epoch = 0;                          ///< of the receive keys
        std::shared_ptr<const dataplane::peer_link> published;  ///< none: changed since the last snapshot
        std::uint64_t packets = 0;                              ///< in both directions, at the last sample
        time_point sampled = time_point::min();
    };
    entry& change(const core::tunnel_wants& wants);
    static core::traffic_sample sample(const entry& present);

    post_command post_;
    node_id self_;
    ip_prefix ula_;
    std::unordered_map<spi, entry> links_;  ///< by inbound SPI
    std::unordered_map<node_id, spi> routes_;
    bool changed_ = false;
};

}  // namespace buri::node
