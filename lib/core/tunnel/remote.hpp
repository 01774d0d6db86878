#pragma once
// One address at which the peer may be reached: when it is probed, what is unanswered, how far away it is.
//
// Probes go out in a burst of openers (0, 20, 60, 140, 300, 620 ms), each second for ten seconds, then ever later. An address
// that does not answer has credit for so many probes; then it gets one each 30 s if the server told it, else none: nobody can
// make a node flood a third party.
#include "buri/base/path_address.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/datagram.hpp"

#include <deque>
#include <optional>

namespace buri::core {

class remote {
public:
    static constexpr int full_credit = 20;
    static constexpr duration slow_interval = std::chrono::seconds(30);

    /// `told`: by the server. Otherwise learned from a datagram of the peer, and without credit.
    remote(const path_address& at, bool told) : at_(at), told_(told), credit_(told ? full_credit : 0) {}

    /// Starts the burst of openers; at most `count` probes if given.
    void open(time_point now, std::optional<unsigned> count = std::nullopt);
    /// At most so many more probes.
    void leave(unsigned count);
    void close() { leave(0); }
    /// A probe soon, if there is credit: at once, or when the last is `gap` ago.
    void hurry(duration gap, time_point now);
    void give_credit(int count);
    void tell(bool told) { told_ = told; }

    wire::probe_nonce send(random_source& random, time_point now);
    /// True if this nonce was sent to here and is still waited for.
    bool on_ack(const wire::probe_nonce& nonce, time_point now);

    [[nodiscard]] const path_address& at() const { return at_; }
    [[nodiscard]] bool is_told() const { return told_; }
    [[nodiscard]] bool has_answered() const { return answers_ > 0; }
    [[nodiscard]] unsigned answers() const { return answers_; }
    [[nodiscard]] unsigned unanswered() const { return unanswered_; }  ///< in a row
    [[nodiscard]] time_point last_probe() const { return last_probe_; }
    [[nodiscard]] time_point next_probe() const { return next_; }
    [[nodiscard]] duration round_trip() const { return round_trip_; }  ///< smoothed; only if it has answered

private:
    struct waiting {
        wire::probe_nonce nonce{};
        time_point sent;
    };
    static constexpr std::size_t max_waiting = 8;
    static constexpr duration latest_ack = std::chrono::seconds(10);

    [[nodiscard]] duration gap_after(unsigned step) const;

    path_address at_;
    bool told_;
    int credit_;
    unsigned answers_ = 0;
    unsigned unanswered_ = 0;
    unsigned step_ = 0;
    std::optional<unsigned> remaining_;
    time_point next_ = never;
    time_point last_probe_ = time_point::min();
    std::deque<waiting> waiting_;
    duration round_trip_{0};
};

}  // namespace buri::core
