#pragma once
// Which keys a tunnel has, and until when (protocol section 4, Rekey). Keeps the order in which no packet is lost: an end can
// open messages of an epoch before the other end may seal them.
//
//     initiator   KE2 right: receive n+1        first message of n+1: send n+1, receive n for 10 s more
//     responder   KE3 right: receive and send n+1     first message of n+1: receive n for 10 s more
//
// An initiator without send keys has no packet to lose: it sends right after its KE3, half a round trip earlier.
#include "buri/core/tunnel/key_exchange.hpp"
#include "buri/core/tunnel/tunnel.hpp"

#include <array>
#include <deque>
#include <optional>

namespace buri::core {

class epochs {
public:
    static constexpr duration rekey_age = std::chrono::seconds(120);
    static constexpr duration last_age = std::chrono::seconds(180);
    static constexpr duration old_keys_life = std::chrono::seconds(10);
    static constexpr std::uint32_t rekey_id = 1U << 26U;
    /// No message past id 2^27. Counters are sampled about once a second, so sending stops four million ids early.
    static constexpr std::uint32_t last_id = (1U << 27U) - (1U << 22U);

    /// `is_repeated`: an earlier run of this node had keys in this tunnel, and the peer may have them still. Any epoch may then be
    /// the first; an initiator tries one after the other.
    epochs(suite_id suite, crypto::secrecy secrecy, bool is_repeated, std::deque<tunnel_output>& outputs)
        : suite_(suite), secrecy_(secrecy), is_repeated_(is_repeated), outputs_(outputs) {}

    /// Initiator: the keys can be received under, and wait to send until the responder used them.
    void on_agreed_as_initiator(agreed_keys agreed, time_point now);
    /// Responder: the keys are in use.
    void on_agreed_as_responder(agreed_keys agreed, time_point now);
    /// An authentic message came under this epoch. True if this end sends under other keys from now on.
    bool on_confirmed(std::uint8_t epoch, time_point now);
    void on_traffic(const traffic_sample& sample, time_point now);
    /// The exchange ended without the responder's having used its keys.
    void on_not_confirmed();
    void on_deadline(time_point now);
    void wipe();

    [[nodiscard]] time_point next_deadline() const;
    /// When the initiator is to renew the keys; long past if there are none.
    [[nodiscard]] time_point rekey_at() const;
    /// Under keys that the peer is known to have.
    [[nodiscard]] bool can_send() const { return sending_; }
    /// Of the send keys; also after they expired.
    [[nodiscard]] std::optional<std::uint8_t> epoch() const { return epoch_; }
    [[nodiscard]] std::uint8_t next_epoch() const { return epoch_ ? (*epoch_ + 1U) & 3U : first_; }
    /// The peer may await another epoch than the next one.
    [[nodiscard]] bool is_first_unknown() const { return is_repeated_ && !epoch_; }
    /// Responder: may an exchange for this epoch begin? The next one; the present one again while the initiator did not use it.
    [[nodiscard]] bool may_begin(std::uint8_t epoch) const;
    [[nodiscard]] bool is_confirmed(std::uint8_t epoch) const { return receiving_[epoch & 3U].confirmed; }

private:
    struct receive_slot {
        bool installed = false;
        bool confirmed = false;
        time_point dropped_at = never;
    };
    struct waiting_keys {
        std::uint8_t epoch = 0;
        crypto::direction_keys keys;
    };

    void start_receiving(std::uint8_t epoch, crypto::direction_keys keys, time_point now);
    void start_sending(std::uint8_t epoch, crypto::direction_keys keys, time_point now);
    void stop_sending_now();
    void drop(std::uint8_t epoch);

    suite_id suite_;
    crypto::secrecy secrecy_;
    bool is_repeated_;
    std::uint8_t first_ = 0;  ///< epoch, as long as there were no keys
    std::deque<tunnel_output>& outputs_;
    std::array<receive_slot, 4> receiving_;  ///< by epoch
    std::optional<waiting_keys> waiting_;    ///< initiator, until the responder used them
    std::optional<std::uint8_t> epoch_;
    bool sending_ = false;
    bool early_ = false;        ///< the waiting keys are sent under already
    time_point since_ = never;  ///< of the send keys, while sending_ or early_
    bool ids_run_out_ = false;
};

}  // namespace buri::core
