#pragma once
// What the data plane works from, as of one moment.
#include "buri/dataplane/link_index.hpp"

#include <memory>
#include <vector>

namespace buri::dataplane {

/// Everything the data plane needs to know. Never changed once published.
class snapshot {
public:
    node_id self;
    ip_prefix ula;

    /// A tunnel, known by its inbound SPI.
    void add(std::shared_ptr<const peer_link> link) {
        by_spi_.insert(link->in.base().value, link.get());
        links_.push_back(std::move(link));
    }
    /// The tunnel that packets for its peer take; added before.
    void route(node_id peer, spi in) {
        const auto* const link = by_spi_.find(in.base().value);
        if (link != nullptr) by_peer_.insert(peer.value, link);
    }

    /// By inbound SPI, whatever its epoch bits; null: none.
    [[nodiscard]] const peer_link* find(spi in) const { return by_spi_.find(in.base().value); }
    [[nodiscard]] const peer_link* find(node_id peer) const { return by_peer_.find(peer.value); }
    [[nodiscard]] std::size_t link_count() const { return by_spi_.size(); }
    [[nodiscard]] std::size_t peer_count() const { return by_peer_.size(); }

private:
    std::vector<std::shared_ptr<const peer_link>> links_;
    link_index by_spi_;
    link_index by_peer_;
};

}  // namespace buri::dataplane
