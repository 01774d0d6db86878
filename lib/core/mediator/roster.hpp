#pragma once
// Which nodes are connected or were a moment ago, what they told of themselves, and what is due for them when.
//
//     connected --hello--> listening --connection lost--> absent --hello in time--> listening
//                                                         absent --too late, or bye--> gone
#include "buri/core/mediator/backlog.hpp"
#include "buri/core/mediator/present.hpp"

#include <array>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace buri::core {

enum class node_timer : std::uint8_t {
    absence,     ///< it did not come back: it is offline
    readiness,   ///< it had the time to tell its endpoints
    candidates,  ///< its new candidates were held back and may be told now
};
inline constexpr std::size_t node_timer_count = 3;

/// What of a network's messages was sent to a node since its hello; that it arrived is another thing.
struct sent_messages {
    std::uint64_t announcement = 0;  ///< the newest
    std::size_t welcome = 0;         ///< a hash of the text; 0: none
};

struct online_node {
    node_id id;
    std::optional<connection_id> connection;
    endpoint from;
    ip_address told_from;  ///< its peers know that it comes from there
    std::string software;
    bool is_listening = false;  ///< it said hello on its connection
    bool is_visible = false;    ///< its peers see it online
    bool is_ready = false;      ///< it can be introduced: it told its endpoints, or had the time to
    bool has_rsa_key = false;
    bool has_new_key = false;            ///< since its hello
    bool allows_plain = false;           ///< tunnels without encryption
    std::uint32_t waiting_requests = 0;  ///< that would change the directory

    // What it knows. It outlives the connection, until the node is offline.
    std::uint64_t session = 0;   ///< since the sync; 0: it was told nothing
    std::uint64_t sequence = 0;  ///< of the last event
    backlog missed;
    wire::plan_info plan;
    std::unordered_set<std::uint64_t> approves;  ///< networks of which it was told who waits
    std::unordered_map<std::uint64_t, sent_messages> messages;

    std::vector<std::uint8_t> suites;
    std::vector<wire::candidate> candidates;
    std::optional<std::vector<wire::relay_round_trip>>
        round_trips;  ///< of the relays that answer it; none: not measured

    /// Tunnels that it says it has and the server does not know of, by peer.
    std::unordered_map<node_id, std::vector<wire::kept_tunnel>> claims;
    std::unordered_set<node_id> tunnels;     ///< peers to whom the server opened one
    std::unordered_set<node_id> unsuitable;  ///< peers without a suite in common, of which it was told

    std::array<time_point, node_timer_count> due{never, never, never};
};

struct due_timer {
    node_id node;
    node_timer which = node_timer::absence;
};

class roster {
public:
    /// The node gets this connection. Gives back the one that it had, which it loses.
    std::optional<connection_id> connect(connection_id connection, node_id node, const endpoint& from);
    /// Nothing if the connection is not, or no longer, a node's.
    online_node* by_connection(connection_id connection);
    online_node* find(node_id node);
    [[nodiscard]] const online_node* find(node_id node) const;
    /// The node if it said hello on its connection.
    online_node* listening(node_id node);
    /// The node if it is told events; what it misses while it is away for a moment, it is told when it is back.
    online_node* told(node_id node);
    [[nodiscard]] const online_node* told(node_id node) const;
    /// All that are told events.
    std::vector<node_id> told_nodes() const;
    [[nodiscard]] bool is_visible(node_id node) const;

    void make_visible(online_node& node);
    /// Its connection is over; what else is known of it stays.
    void drop_connection(online_node& node);
    void make_invisible(online_node& node);
    void erase(node_id node);

    void arm(online_node& node, node_timer which, time_point at);
    void cancel(online_node& node, node_timer which) { arm(node, which, never); }
    [[nodiscard]] time_point next_deadline() const;
    /// One timer that is due, disarmed.
    std::optional<due_timer> take_due(time_point now);

    [[nodiscard]] std::size_t visible_count() const { return visible_; }

private:
    using timer_entry = std::tuple<time_point, node_id, node_timer>;

    std::unordered_map<node_id, online_node> nodes_;
    std::unordered_map<connection_id, node_id> connections_;
    std::set<timer_entry> timers_;
    std::size_t visible_ = 0;
};

}  // namespace buri::core
