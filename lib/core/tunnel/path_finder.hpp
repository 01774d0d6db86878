#pragma once
// Finds ways to the peer, keeps the best of them as the path, and notices when it dies.
//
// A way is proven by a PROBE ACK with the nonce of a probe that was sent along it. Only probes go to addresses that are not
// proven: one for each probe that came from there, so a third party gets at most what was sent in its name. A relay is the exception:
// this end is bound there, so it is used at once, before its first answer.
//
// Each end chooses by what its own probes prove, so the two directions may take different ways. Among ways of one kind the initiator's
// choice holds: the responder follows what comes from it, and the initiator follows only to an address that the server did not tell,
// which is how a peer that moved looks.
//
//     while packets flow   a probe each 500 ms; unanswered: the next at once; three, and nothing heard: dead
//     dead                 the best other proven way, else a relay; the others are probed
//     at rest              nothing is sent
#include "buri/base/log.hpp"
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/remote.hpp"
#include "buri/core/tunnel/traffic_watch.hpp"
#include "buri/core/tunnel/tunnel.hpp"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace buri::core {

class path_finder {
public:
    /// Writes send_clear, set_path and want_relays to `outputs`.
    path_finder(const introduction& between, tunnel_surroundings& around, random_source& random, const logger& log,
                std::deque<tunnel_output>& outputs)
        : between_(between), around_(around), random_(random), log_(log), outputs_(outputs) {}

    /// Where the server sees the peer's connection come from.
    void on_seen(const endpoint& seen) { seen_ = seen; }
    void on_candidates(std::span<const wire::candidate> candidates, time_point now);
    void on_relays(std::span<const relay_path> relays, time_point now);
    /// `to`: the own address that it came to.
    void on_probe(const path_address& from, const std::optional<ip_address>& to, const wire::probe& message,
                  time_point now);
    void on_probe_ack(const path_address& from, const wire::probe_ack& message, time_point now);
    void on_authentic_from(const path_address& from, time_point now);
    void on_local_change(time_point now);
    void on_send_wanted(time_point now);
    void on_traffic(const traffic_watch::change& change, time_point now);
    void on_channel_closed(channel_id channel, time_point now);
    void on_deadline(time_point now);
    /// Forgets every way.
    void abandon();
    /// Sends nothing more until wake(); takes a relay as the path if the present one would need keepalives.
    void rest();
    void wake(time_point now);

    /// A UDP socket that this tunnel opened; what comes on other channels but the main one comes in streams.
    void add_socket(channel_id channel) { sockets_.push_back(channel); }
    /// A connection to the peer is open: a way that is probed at once.
    void add_stream(const path_address& at, time_point now);
    /// See punch_ground::probe, begin_scattering and scatter.
    unsigned probe(const path_address& to, unsigned count, std::optional<std::uint8_t> first_ttl, time_point now);
    void begin_scattering();
    void scatter(const path_address& to, std::optional<std::uint8_t> ttl);

    [[nodiscard]] time_point next_deadline() const;
    [[nodiscard]] const std::optional<path_address>& path() const { return path_; }
    /// The own address that packets on the path leave from; none: the kernel's choice.
    [[nodiscard]] std::optional<ip_address> path_own() const { return path_ ? find(*path_)->own() : std::nullopt; }
    /// The relay that the path leads through.
    [[nodiscard]] std::optional<std::uint32_t> path_relay() const;
    /// The path is a connection to the peer itself.
    [[nodiscard]] bool is_path_stream() const { return path_ && find(*path_)->is_stream(); }
    [[nodiscard]] std::vector<way_view> ways(time_point now) const;
    [[nodiscard]] std::optional<duration> round_trip() const;
    [[nodiscard]] std::optional<duration> relay_round_trip() const;
    /// It answered a probe, or is a relay that this end is bound to.
    [[nodiscard]] bool is_trusted(const path_address& at) const;
    [[nodiscard]] bool is_proven(const path_address& at) const;
    /// Some way but a relay is proven and alive.
    [[nodiscard]] bool has_direct(time_point now) const;
    /// The path is a relay's or a stream for want of a direct one of datagrams.
    [[nodiscard]] bool lacks_direct() const;
    [[nodiscard]] bool is_relay(const path_address& at) const;
    /// Nothing is ever sent elsewhere.
    [[nodiscard]] bool is_allowed(const path_address& where) const;
    /// The peer may be there, as far as this node can know.
    [[nodiscard]] bool may_be_there(const ip_address& named) const;
    [[nodiscard]] bool is_used(channel_id channel) const;
    /// The path may be left alone for any time.
    [[nodiscard]] bool can_rest() const;
    /// True once after the path or this end's own address changed: the peer learns it from the next sealed message.
    bool take_moved();

private:
    [[nodiscard]] const remote* find(const path_address& at) const;
    remote* find(const path_address& at);
    /// Nothing for an address that must not get anything, or if there is no room.
    remote* find_or_add(const path_address& at, way_kind kind);
    void make_room();
    void give_credit_to_all(time_point now);
    void open_all(time_point now);
    void drop_ways(const std::vector<path_address>& gone, time_point now);
    [[nodiscard]] std::optional<unsigned> burst(time_point now) const;
    /// How many of `wanted` packets an address may get from which nothing has come; the last `kept` are not given.
    unsigned grant(const ip_address& silent, unsigned wanted, unsigned kept, time_point now);
    bool may_probe(remote& to, time_point now);
    void send_probe(remote& to, time_point now);
    void probe_path_soon(time_point now);

    void choose(remote& answered, time_point now);
    void compare_with_others(time_point now);
    void use(remote& chosen, time_point now);
    void leave_path(time_point now);
    /// The best to go on with if the path is gone.
    remote* next_best(time_point now);
    void check_path(time_point now);
    void measure_others(time_point now);
    void on_heard(time_point now);
    /// One end has a reason to think that the path is gone.
    [[nodiscard]] bool is_suspect(time_point now) const;
    [[nodiscard]] bool is_dead(const remote& present, time_point now) const;
    [[nodiscard]] bool has_alternative() const;
    [[nodiscard]] bool needs_keepalive(const remote& way) const;
    [[nodiscard]] time_point path_probe_due() const;

    const introduction& between_;
    tunnel_surroundings& around_;
    random_source& random_;
    const logger& log_;
    std::deque<tunnel_output>& outputs_;
    std::vector<remote> remotes_;
    std::vector<relay_path> relays_;
    std::vector<channel_id> sockets_;
    std::optional<wire::probe_nonce> scattered_;  ///< of the last round
    std::optional<endpoint> seen_;

    std::optional<path_address> path_;
    time_point path_since_ = time_point::min();
    bool follows_ = false;  ///< the path was set by the peer's own messages: round trips do not change it
    bool moved_ = false;
    bool resting_ = false;
    bool announce_ = false;                     ///< own address changed: tell the peer once the path answers
    bool elsewhere_ = false;                    ///< since this path was set messages came from other addresses as well
    time_point suspected_ = time_point::min();  ///< when the peer was last seen to use a relay instead of the path
    unsigned unheard_ = 0;                      ///< probes sent along the path since anything was heard on it
    std::optional<path_address> followed_;  ///< where the newest authentic message came from, if that is not the path
    time_point followed_at_ = time_point::min();
    time_point credited_ = time_point::min();
    time_point compared_ = time_point::min();  ///< when the other ways were last probed for comparison
    time_point heard_ = time_point::min();     ///< an answer or an authentic message on the path
    time_point flowed_ = time_point::min();    ///< more than keepalives
};

}  // namespace buri::core
