#pragma once
// Who is bound at a relay: SPI to node, node to its newest way, way to node.
//
// Costs at most some 250 bytes for a node and 100 for a binding.
#include "buri/base/ids.hpp"
#include "buri/base/path_address.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/relay/rate.hpp"
#include "buri/crypto/digest.hpp"

#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace buri::core {

struct bound_node {
    node_id id;
    path_address way;       ///< the newest
    path_address previous;  ///< the one before
    time_point previous_until = time_point::min();
    time_point heard;     ///< from the newest way
    time_point ends;      ///< the last of its tokens
    time_point check_at;  ///< when it may be over
    std::uint32_t kbit = 0;
    kbit_bucket bucket;
    std::vector<spi> bound;
};

/// A token that was accepted.
struct accepted_token {
    node_id node;
    spi in;
    std::uint32_t kbit = 0;
    time_point ends;
    crypto::sha256_digest digest{};  ///< of its bytes: it need not be checked again
};

class bindings {
public:
    static constexpr duration previous_way_lasts = std::chrono::seconds(10);

    /// Binds, and moves all of the node to this way if it is another.
    void bind(const path_address& way, const accepted_token& token, time_point now);

    /// Who may send from there; null if nobody. What comes from the newest way keeps the node from being forgotten.
    bound_node* sender(const path_address& from, time_point now);
    /// Where an SPI's datagrams go.
    [[nodiscard]] const bound_node* receiver(spi to, time_point now) const;
    [[nodiscard]] bool has_way(const path_address& way) const { return ways_.contains(way); }
    /// True if this very token is bound.
    [[nodiscard]] bool has(spi in, const crypto::sha256_digest& digest) const;
    /// True if the node has no more than `most` bindings with this one, and all nodes not more than `all`.
    [[nodiscard]] bool has_room(node_id node, spi in, std::size_t most, std::size_t all) const;

    /// Of the node's bindings the one that ends first, if that is an hour or more before `ends`: it is of a tunnel that is gone, for
    /// tokens are renewed long before.
    [[nodiscard]] std::optional<spi> stale_of(node_id node, time_point ends) const;
    void drop(spi in);

    void on_stream_closed(const path_address& way);
    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

    [[nodiscard]] std::size_t size() const { return bindings_.size(); }
    [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }

private:
    struct binding {
        bound_node* node = nullptr;
        time_point ends;
        crypto::sha256_digest digest{};
    };
    struct check {
        time_point at;
        node_id node;
        bool operator>(const check& other) const { return at > other.at; }
    };

    bound_node& enter(node_id id, time_point now);
    void move(bound_node& node, const path_address& way, time_point now);
    void take_way(const path_address& way, const bound_node& from_others);
    void drop_ended(bound_node& node, time_point now);
    void forget(node_id id);
    void check_later(bound_node& node, time_point at);

    std::unordered_map<spi, binding> bindings_;
    std::unordered_map<node_id, bound_node> nodes_;
    std::unordered_map<path_address, bound_node*> ways_;
    std::priority_queue<check, std::vector<check>, std::greater<>> checks_;
};

}  // namespace buri::core
