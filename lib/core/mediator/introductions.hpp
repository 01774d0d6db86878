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
//
// A tunnel is without encryption only while every network in common wants it and everybody concerned may and does allow it. When
// that changes, the pair is introduced afresh.
#include "buri/core/mediator/relay_grants.hpp"

namespace buri::core {

class introductions {
public:
    static constexpr auto request_interval = std::chrono::seconds(5);
    static constexpr std::size_t max_claims_per_peer = 2;
    static constexpr std::size_t max_former = 8;
    static constexpr std::uint32_t spi_top_bit = 0x80000000U;
    // Why a tunnel is closed, as nodes are told.
    static constexpr std::string_view no_common_network = "no_common_network";
    static constexpr std::string_view offline = "offline";
    static constexpr std::string_view replaced = "replaced";

    introductions(const present& at, roster& nodes, outbox& out, relay_grants& relays)
        : at_(at), records_(at.records), nodes_(nodes), out_(out), relays_(relays) {}

    /// The node listens on a new connection, and told the tunnels that it has, its suites, and whether it allows tunnels without
    /// encryption.
    void on_hello(online_node& node, const wire::hello& said);
    /// The node can be introduced.
    void on_ready(online_node& node);
    /// The node has other candidates than before.
    void on_candidates(online_node& node);
    /// The node is offline for its peers.
    void on_offline(online_node& node);
    void on_joined(node_id node, std::uint64_t network);
    /// The node is in the network no more.
    void on_left(node_id node, std::uint64_t network);
    /// The network is gone; `former` were its members.
    void on_deleted(std::span<const node_id> former);
    /// The node's account has another key. Its tunnels hold until it asks for fresh ones or says hello: it learns of the change
    /// after its peers.
    void on_key_changed(node_id node);
    /// Its plan allows another rate through relays.
    void on_relay_rate(node_id node);
    /// What its tunnels without encryption depend on may have changed.
    void review(node_id node);
    /// The same for every pair of the network's members.
    void review_network(std::uint64_t network);
    /// errc::peer_not_found (also for strangers, so as not to tell who exists), peer_offline, too_many_requests,
    /// suite_refused.
    result<void> on_request(online_node& node, node_id peer);

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
        bool is_plain = false;  ///< introduced without encryption
        bool is_stale = false;  ///< one end lost it, or asked for another: to be replaced as soon as both are ready
        time_point last_request = time_point::min();
        std::vector<former_tunnel> former;

        [[nodiscard]] spi in(node_id node) const { return node == low ? low_in : high_in; }
        [[nodiscard]] spi out(node_id node) const { return node == low ? high_in : low_in; }
    };

    static std::uint64_t key_of(node_id a, node_id b);
    pair* find(node_id a, node_id b);
    [[nodiscard]] bool have_common_network(node_id a, node_id b) const;
    [[nodiscard]] std::optional<suite_id> suite_for(const online_node& a, const online_node& b) const;
    [[nodiscard]] bool may_be_plain(node_id node) const;
    [[nodiscard]] bool is_plain(const online_node& a, const online_node& b) const;

    /// These two have lost a network in common; perhaps not the last one.
    void on_separated(node_id a, node_id b);
    void review(online_node& a, online_node& b);
    void take_suites(online_node& node, std::span<const std::uint8_t> suites);
    void forget_unsuitable(online_node& node);
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
    [[nodiscard]] std::optional<endpoint> seen(const online_node& node) const;
    [[nodiscard]] wire::tunnel_open opening(const online_node& to, const online_node& peer, const pair& of) const;
    void tell_candidates(online_node& to, const online_node& of);
    void tell_close(node_id to, node_id peer, spi in, std::string_view reason);
    void close(node_id a, node_id b, std::string_view reason);
    void close_claims(node_id holder, node_id peer);
    spi unused_spi();

    const present& at_;
    const directory& records_;
    roster& nodes_;
    outbox& out_;
    relay_grants& relays_;
    std::unordered_map<std::uint64_t, pair> pairs_;
    std::unordered_set<spi> spis_;
};

}  // namespace buri::core
