#pragma once
// Tunnels between nodes, as the server sees them: it introduces two nodes with a network in common to each other, and
// tells both when that is over. The keys are theirs alone.
//
// A pair has one introduction. A fresh one replaces it and is told by tunnel_open alone: the nodes build the new tunnel
// beside the old, move over when it is up, and remove the old themselves. The server remembers what it replaced,
// because a node may still use it: the end of a pair closes all of them. Only when a pair has replaced too many is the
// oldest closed, as "replaced".
//
// The server may know less than the nodes: it restarted. So a node's claim to a tunnel that the server does not have is
// kept, and nothing is closed, until the other end says hello. If that one claims the same, the tunnel is the pair's
// introduction; if not, the pair gets a fresh one.
#include "buri/core/mediator/outbox.hpp"

namespace buri::core {

class introductions {
public:
    static constexpr auto request_interval = std::chrono::seconds(5);
    static constexpr std::size_t max_claims_per_peer = 2;
    static constexpr std::size_t max_former = 8;

    introductions(const mediator_settings& settings, const directory& records, roster& nodes, outbox& out,
                  random_source& random)
        : settings_(settings), records_(records), nodes_(nodes), out_(out), random_(random) {}

    /// The node listens on a new connection, and told the tunnels that it has and its suites.
    void on_hello(online_node& node, std::span<const wire::kept_tunnel> told, std::vector<std::uint8_t> suites);
    /// The node can be introduced.
    void on_ready(online_node& node);
    /// The node has other candidates than before.
    void on_candidates(online_node& node);
    /// The node is offline for its peers.
    void on_offline(online_node& node);
    void on_joined(node_id node, std::uint64_t network);
    /// These two have lost a network in common; perhaps not the last one.
    void on_separated(node_id a, node_id b);
    /// The network is gone; `former` were its members.
    void on_deleted(std::span<const node_id> former);
    /// errc::peer_not_found (also for strangers, so as not to tell who exists), peer_offline, too_many_requests,
    /// suite_refused.
    result<void> on_request(online_node& node, node_id peer, time_point now);

    [[nodiscard]] std::size_t count() const { return pairs_.size(); }

private:
    struct former_tunnel {
        node_id holder;
        spi in;
        bool has_spi = false;  ///< the SPI is among spis_ on its account
    };
    struct pair {
        node_id low;
        node_id high;
        spi low_in;
        spi high_in;
        bool is_stale = false;  ///< one end lost it, or asked for another: to be replaced as soon as both are ready
        time_point last_request = time_point::min();
        std::vector<former_tunnel> former;

        [[nodiscard]] spi in(node_id node) const { return node == low ? low_in : high_in; }
        [[nodiscard]] spi out(node_id node) const { return node == low ? high_in : low_in; }
    };

    static std::uint64_t key_of(node_id a, node_id b);
    pair* find(node_id a, node_id b);
    [[nodiscard]] bool have_common_network(node_id a, node_id b) const;

    void take_claims(online_node& node, std::span<const wire::kept_tunnel> told);
    void compare_with_claims(online_node& node);
    void adopt_claims(online_node& node);
    bool adopt(online_node& node, online_node& peer);
    void introduce_if_missing(online_node& a, online_node& b);
    bool introduce(online_node& a, online_node& b);
    void refuse(online_node& a, online_node& b);
    void retire(pair& of);
    void retire_claims(pair& of, online_node& holder, node_id peer);
    void limit_former(pair& of);
    void tell_open(online_node& to, const online_node& peer, const pair& of, suite_id suite, const bytes& punch);
    void tell_candidates(online_node& to, const online_node& of);
    void tell_close(node_id to, node_id peer, spi in, std::string_view reason);
    void close(node_id a, node_id b, std::string_view reason);
    void close_claims(node_id holder, node_id peer);
    spi unused_spi();

    const mediator_settings& settings_;
    const directory& records_;
    roster& nodes_;
    outbox& out_;
    random_source& random_;
    std::unordered_map<std::uint64_t, pair> pairs_;
    std::unordered_set<spi> spis_;
};

}  // namespace buri::core
