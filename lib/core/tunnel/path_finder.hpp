#pragma once
// Finds an address at which the peer answers, keeps the best of them as the path, and notices when it dies.
//
// An address is proven by a PROBE ACK with the nonce of a probe that was sent to it. Only probes go to addresses that are not
// proven: one for each probe that came from there, so a third party gets at most what was sent in its name.
//
// Both ends choose. Where they choose differently the initiator's choice holds: the responder follows what comes from it, and the
// initiator follows only to an address that the server did not tell, which is how a peer that moved looks.
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
    /// Writes send_clear and set_path to `outputs`.
    path_finder(const introduction& between, random_source& random, const logger& log,
                std::deque<tunnel_output>& outputs)
        : between_(between), random_(random), log_(log), outputs_(outputs) {}

    void on_candidates(std::span<const wire::candidate> candidates, time_point now);
    void on_probe(const path_address& from, const wire::probe& message, time_point now);
    void on_probe_ack(const path_address& from, const wire::probe_ack& message, time_point now);
    void on_authentic_from(const path_address& from, time_point now);
    void on_local_change(time_point now);
    void on_send_wanted(time_point now);
    void on_traffic(const traffic_watch::change& change, time_point now);
    void on_deadline(time_point now);
    /// Forgets every address.
    void abandon();

    [[nodiscard]] time_point next_deadline() const;
    [[nodiscard]] const std::optional<path_address>& path() const { return path_; }
    [[nodiscard]] std::optional<duration> round_trip() const;
    [[nodiscard]] bool has_answered(const path_address& at) const;
    /// True once after the path or this end's own address changed: the peer learns it from the next sealed message.
    bool take_moved();

private:
    [[nodiscard]] const remote* find(const path_address& at) const;
    remote* find(const path_address& at);
    /// Nothing for an address that must not get anything, or if there is no room.
    remote* find_or_add(const path_address& at, bool told);
    void make_room();
    void give_credit_to_all(time_point now);
    void open_all(time_point now);
    void send_probe(remote& to, time_point now);
    void choose(remote& answered, time_point now);
    void use(remote& chosen, time_point now);
    void lose_path(time_point now);
    void check_path(time_point now);
    void on_heard(time_point now);
    [[nodiscard]] time_point path_probe_due() const;
    [[nodiscard]] bool is_better(const remote& candidate, const remote& present) const;

    const introduction& between_;
    random_source& random_;
    const logger& log_;
    std::deque<tunnel_output>& outputs_;
    std::vector<remote> remotes_;

    std::optional<path_address> path_;
    bool follows_ = false;  ///< the path was set by the peer's own messages: round trips do not change it
    bool moved_ = false;
    bool announce_ = false;                 ///< own address changed: tell the peer once the path answers
    std::optional<path_address> followed_;  ///< where the newest authentic message came from, if that is not the path
    time_point followed_at_ = time_point::min();
    time_point credited_ = time_point::min();
    time_point compared_ = time_point::min();  ///< when the other addresses were last probed for comparison

    time_point heard_ = time_point::min();     ///< a probe ack on the path or an authentic message
    time_point received_ = time_point::min();  ///< an authentic message
    time_point flowed_ = time_point::min();    ///< more than keepalives
    std::optional<time_point> unheard_since_;  ///< something was sent then, and nothing was heard since
};

}  // namespace buri::core
