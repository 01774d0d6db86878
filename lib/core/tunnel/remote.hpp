#pragma once
// One way to the peer: when it is probed, what is unanswered, how far away the peer is on it, and how much gets lost.
//
// Probes go out in a burst of openers (0, 20, 60, 140, 300, 620 ms), each second for ten seconds, then ever later. A way that does
// not answer has credit for so many probes; then it gets one each 30 s if the server told it, else none: nobody can make a node
// flood a third party.
#include "buri/base/path_address.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/tunnel/way_view.hpp"
#include "buri/wire/datagram.hpp"

#include <deque>
#include <optional>

namespace buri::core {

class remote {
public:
    static constexpr int full_credit = 20;
    static constexpr duration slow_interval = std::chrono::seconds(30);

    remote(const path_address& at, way_kind kind) : at_(at), kind_(kind), credit_(initial_credit(kind)) {}

    /// Starts the burst of openers; at most `count` probes if given.
    void open(time_point now, std::optional<unsigned> count = std::nullopt);
    /// At most so many more probes.
    void leave(unsigned count);
    void close() { leave(0); }
    /// A probe soon, if there is credit: at once, or when the last is `gap` ago.
    void hurry(duration gap, time_point now);
    void give_credit(int count);
    /// So many packets came from there, or may go there whatever it answered.
    void earn(int count);
    /// True if the next probe was earned; it is counted.
    bool take_earned();
    /// No probe before that.
    void hold(time_point until);
    void become(way_kind kind);
    void set_translated(bool translated) { translated_ = translated; }
    void set_own(const std::optional<ip_address>& own) { own_ = own; }
    void set_shunned(bool shunned) { shunned_ = shunned; }
    void set_first_ttl(std::optional<std::uint8_t> ttl) { first_ttl_ = ttl; }

    wire::probe_nonce send(random_source& random, time_point now);
    /// True if this nonce was sent to here and is still waited for.
    bool on_ack(const wire::probe_nonce& nonce, time_point now);
    /// It was the path and died: it must prove itself again, and the better the oftener that happened of late.
    void on_lost(time_point now);
    /// What is unanswered will not be answered any more, for no fault of the way.
    void calm();
    /// What was measured long ago: it must prove itself again, but is not suspected.
    void forget();

    [[nodiscard]] const path_address& at() const { return at_; }
    [[nodiscard]] way_kind kind() const { return kind_; }
    [[nodiscard]] bool is_told() const { return kind_ == way_kind::told; }
    [[nodiscard]] bool is_relay() const { return kind_ == way_kind::relay; }
    [[nodiscard]] bool is_stream() const { return kind_ == way_kind::stream; }
    /// The server told an address that a translation made, not one of the peer's own.
    [[nodiscard]] bool is_translated() const { return translated_; }
    /// The own address that the peer's probes come to here, if they came.
    [[nodiscard]] const std::optional<ip_address>& own() const { return own_; }
    /// Left for one of a lower kind that is much better.
    [[nodiscard]] bool is_shunned() const { return shunned_; }
    /// The next probe is the first of a burst to where nothing is proven.
    [[nodiscard]] bool is_first_opener() const { return step_ == 0 && !is_proven(); }
    [[nodiscard]] std::optional<std::uint8_t> first_ttl() const { return first_ttl_; }

    [[nodiscard]] bool has_answered() const { return ever_answered_; }
    /// Never answered, and has had all probes that such an address gets.
    [[nodiscard]] bool is_spent() const { return !ever_answered_ && credit_ <= 0; }
    /// Answered since it was last lost.
    [[nodiscard]] bool is_proven() const { return answers_ > 0; }
    /// Answered often enough to become the path.
    [[nodiscard]] bool is_ready() const { return streak_ >= needed_; }
    [[nodiscard]] unsigned answers() const { return answers_; }        ///< since it was last lost
    [[nodiscard]] unsigned unanswered() const { return unanswered_; }  ///< in a row
    [[nodiscard]] time_point last_probe() const { return last_probe_; }
    [[nodiscard]] time_point last_answer() const { return last_answer_; }
    [[nodiscard]] time_point lost_at() const { return lost_at_; }
    [[nodiscard]] time_point next_probe() const { return next_; }
    [[nodiscard]] duration round_trip() const { return round_trip_; }  ///< smoothed; only if it has answered
    /// After which a probe counts as lost: never before the round trip allows.
    [[nodiscard]] duration patience(duration least = std::chrono::milliseconds(200)) const;
    [[nodiscard]] double loss() const { return loss_; }            ///< of probes and their answers, 0 to 1, smoothed
    [[nodiscard]] unsigned measured() const { return measured_; }  ///< probes that loss() is made of

private:
    struct waiting {
        wire::probe_nonce nonce{};
        time_point sent;
        bool counted = false;  ///< as lost
    };
    static constexpr std::size_t max_waiting = 8;
    static constexpr duration latest_ack = std::chrono::seconds(10);

    static constexpr int initial_credit(way_kind kind) { return kind == way_kind::learned ? 0 : full_credit; }
    [[nodiscard]] bool stays_probed() const { return kind_ != way_kind::learned || has_answered(); }
    [[nodiscard]] static duration gap_after(unsigned step);
    void count_lost(time_point now);
    void measure(bool lost);

    path_address at_;
    way_kind kind_;
    bool translated_ = false;
    bool shunned_ = false;
    bool ever_answered_ = false;
    std::optional<ip_address> own_;
    std::optional<std::uint8_t> first_ttl_;
    int credit_;
    int earned_ = 0;
    unsigned answers_ = 0;
    unsigned streak_ = 0;
    unsigned needed_ = 1;
    unsigned unanswered_ = 0;
    unsigned step_ = 0;
    unsigned measured_ = 0;
    double loss_ = 0;
    std::optional<unsigned> remaining_;
    time_point next_ = never;
    time_point last_probe_ = time_point::min();
    time_point last_answer_ = time_point::min();
    time_point lost_at_ = time_point::min();
    std::deque<waiting> waiting_;
    duration round_trip_{0};
    duration deviation_{0};
};

}  // namespace buri::core
