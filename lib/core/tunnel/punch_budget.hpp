#pragma once
// What a node spends on guessing ports, over all its tunnels: each guess is an entry in its own NAT, and a packet to an address that has
// not answered. Peers that want guesses at the same time share them alike, so that none can use up what another needs.
#include "buri/base/ids.hpp"
#include "buri/base/time_point.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace buri::core {

class punch_budget {
public:
    static constexpr std::size_t per_second = 200;
    static constexpr std::size_t live_entries = 1536;
    static constexpr std::size_t live_of_peer = 1024;
    /// For so long a NAT keeps what was not answered (Linux: 30 s).
    static constexpr duration entry_life = std::chrono::seconds(30);
    static constexpr duration between_sprays = std::chrono::minutes(10);  ///< of one peer
    static constexpr unsigned packets_of_peer = 2048;                     ///< in between_sprays, of any strategy
    static constexpr std::size_t socket_sprays = 2;                       ///< at once
    static constexpr duration patience = std::chrono::seconds(60);        ///< with a peer that waits for its turn

    /// True if one more guess may be sent now: not more than per_second packets of both kinds in any second, nor than live_entries
    /// in entry_life, nor than the peer's share of both, nor than packets_of_peer.
    bool take(node_id peer, time_point now);
    /// When take() can be true again; `now` if it can be at once, never if the peer has had all.
    [[nodiscard]] time_point next(node_id peer, time_point now) const;
    /// The same for a packet to a known port from one of many sockets: not more than per_second, nor than the peer's share of that,
    /// nor than packets_of_peer.
    bool take_opener(node_id peer, time_point now);
    [[nodiscard]] time_point next_opener(node_id peer, time_point now) const;
    /// How many of `wanted` packets to known ports may go to where the server sees the peer; they count in packets_of_peer alone.
    unsigned grant(node_id peer, unsigned wanted, time_point now);

    /// Guesses whose entries the own NAT may still hold.
    [[nodiscard]] std::size_t live(time_point now) const;
    [[nodiscard]] bool is_spraying() const { return !spraying_.empty(); }

    /// Which part of a spray.
    enum class part : std::uint8_t { ports, sockets };
    enum class leave : std::uint8_t {
        given,
        later,  ///< others have their sockets open; the peer that waits longest is the next
        spent,  ///< the peer had its own, less than between_sprays ago
    };
    [[nodiscard]] leave may_spray(node_id peer, part which, time_point now) const;
    /// Whether this peer's spray begins. Ends with end_spray().
    leave begin_spray(node_id peer, part which, time_point now);
    /// The peer's spray needs sockets, and others have theirs open: it waits for its turn, if it says so again within `patience`.
    void wait_for_sockets(node_id peer, time_point now);
    void end_spray(node_id peer) { spraying_.erase(peer); }

private:
    struct use {
        std::deque<time_point> sent;   ///< guesses within entry_life
        std::deque<time_point> paced;  ///< these and openers, within a second
        std::deque<std::pair<time_point, unsigned>>
            spent;                                 ///< all packets of between_sprays, by when they began to be counted
        time_point asked = time_point::min();      ///< for a guess
        time_point asked_any = time_point::min();  ///< or for an opener
        time_point sprayed = time_point::min();
    };
    struct turn {
        node_id peer;
        time_point asked;
    };

    use& of(node_id peer, time_point now);
    static void forget_old(use& each, time_point now);
    static void count(use& each, unsigned packets, time_point now);
    [[nodiscard]] static unsigned spent_by(const use& each, time_point now);
    void pace(use& each, time_point now);
    [[nodiscard]] time_point next_paced(node_id peer, time_point now) const;
    /// That asked for such a packet in `span`, this one among them.
    [[nodiscard]] std::size_t claimants(node_id peer, time_point use::*asked, duration span, time_point now) const;
    [[nodiscard]] bool is_next_in_line(node_id peer, time_point now) const;

    std::deque<time_point> sent_;   ///< guesses within entry_life
    std::deque<time_point> paced_;  ///< these and openers, within a second
    std::map<node_id, use> uses_;
    std::map<node_id, part> spraying_;
    std::deque<turn> line_;  ///< for sockets
};

}  // namespace buri::core
