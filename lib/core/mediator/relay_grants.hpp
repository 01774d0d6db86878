#pragma once
// Which relays a pair of nodes may use for its tunnel: the best two by the sum of both ends' round trips. Each end gets a token of
// each, for what arrives there. Tokens are renewed long before they expire, and the relays change when one goes, or when others
// have become clearly better.
#include "buri/core/directory/relay_token_issuer.hpp"
#include "buri/core/mediator/fleet.hpp"

#include <deque>
#include <map>
#include <set>

namespace buri::core {

class relay_grants {
public:
    static constexpr std::size_t per_tunnel = 2;
    static constexpr auto life = std::chrono::hours(48);
    static constexpr auto renewal = std::chrono::hours(24);
    /// Signing takes its time: so many pairs are told at once, then others have their turn.
    static constexpr std::size_t pairs_at_once = 64;
    static constexpr auto pause = std::chrono::milliseconds(50);

    struct tunnel_end {
        node_id node;
        spi in;
    };

    relay_grants(const present& at, roster& nodes, outbox& out, const fleet& relays)
        : at_(at), nodes_(nodes), out_(out), fleet_(relays) {}

    /// A fresh tunnel; takes the place of the one that the pair had.
    void open(const tunnel_end& a, const tunnel_end& b);
    /// A tunnel from before the server's start: its ends are told soon.
    void adopt(const tunnel_end& a, const tunnel_end& b);
    void close(node_id a, node_id b);
    /// Signed now, for what arrives at `node` from `peer`, best first. Nothing if there is no relay.
    [[nodiscard]] std::optional<std::vector<wire::relay_grant>> of(node_id node, node_id peer) const;

    /// The node still has the tunnel, but may have missed what it was told of it.
    void tell_again(node_id node, node_id peer);
    /// The node measured the relays.
    void on_round_trips(const online_node& node);
    /// The node's plan has another rate.
    void on_rate(const online_node& node);
    /// Relays came or went.
    void on_fleet_changed();

    void on_deadline();
    [[nodiscard]] time_point next_deadline() const;

private:
    using pair_key = std::pair<node_id, node_id>;  ///< the lower first
    struct granted {
        std::array<tunnel_end, 2> ends;
        std::array<bool, 2> is_due{};  ///< to be told
        std::vector<std::uint32_t> relays;
        time_point renewed_at = never;
        bool is_queued = false;
    };
    struct cost_of_relay {
        std::uint32_t relay = 0;
        std::uint64_t cost = 0;  ///< about milliseconds
    };

    static pair_key key_of(node_id a, node_id b) { return std::minmax(a, b); }
    granted& put(const tunnel_end& a, const tunnel_end& b);
    void queue(const pair_key& key, granted& of);
    void queue_due(node_id node, node_id peer);
    [[nodiscard]] std::uint64_t cost(const granted& of, std::uint32_t relay) const;
    [[nodiscard]] std::vector<cost_of_relay> best(const granted& of) const;
    /// True if they are others now.
    bool choose(granted& of) const;
    void tell_due(granted& of);

    const present& at_;
    roster& nodes_;
    outbox& out_;
    const fleet& fleet_;
    std::map<pair_key, granted> pairs_;
    std::set<std::pair<time_point, pair_key>> renewals_;
    std::deque<pair_key> queue_;
    time_point resumes_at_ = time_point::min();
};

}  // namespace buri::core
