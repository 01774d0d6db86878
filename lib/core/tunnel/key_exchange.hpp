#pragma once
// The exchange KE1, KE2, KE3 that gives a tunnel the keys of one epoch (protocol section 4), one class for each end. Pure: a step
// computes on copies and changes the object only after its last check passed.
//
//     initiator: idle --start--> ke1_sent --right KE2--> ke3_sent --confirmed--> idle
//                                any --too long--> idle, and the caller starts again with fresh values
//
// The mac of the datagrams was checked before anything here is called.
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/tunnel/introduction.hpp"
#include "buri/core/tunnel/work_limit.hpp"
#include "buri/crypto/key_agreement.hpp"
#include "buri/crypto/traffic_keys.hpp"

#include <tl/expected.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace buri::core {

/// Why a message of an exchange was not taken.
enum class ke_refusal : std::uint8_t {
    unexpected,     ///< belongs to no exchange that is under way
    too_much_work,  ///< more public-key work than is done in so short a time
    bad_signature,  ///< not signed by the peer for this exchange
    bad_value,      ///< a DH value that is not allowed
};
std::string_view to_string(ke_refusal why);

struct agreed_keys {
    std::uint8_t epoch = 0;
    crypto::traffic_keys keys;
};

class ke_initiator {
public:
    enum class step : std::uint8_t { idle, ke1_sent, ke3_sent };

    static constexpr duration first_interval = std::chrono::milliseconds(100);
    static constexpr duration longest_interval = std::chrono::seconds(2);
    /// Each of the two waits, for KE2 and for the confirmation, ends after this long.
    static constexpr duration patience = std::chrono::seconds(10);
    /// The same where the epoch is a guess.
    static constexpr duration patience_with_guess = std::chrono::seconds(2);

    explicit ke_initiator(const introduction& between) : between_(between) {}

    /// Fresh values for this epoch; KE1 is due at once.
    void start(std::uint8_t epoch, random_source& random, time_point now, duration for_answer = patience);
    /// KE1 waits for this long, and is repeated sooner than else: both ends are on their way to where they meet.
    void give_head_start(duration wait);
    /// The keys; KE3 is due at once.
    tl::expected<agreed_keys, ke_refusal> on_ke2(const wire::ke2& message, time_point now);
    /// The other side used the keys, or they are no longer wanted.
    void finish();
    /// The other side is there: what was sent before it was may be repeated now.
    void hurry(time_point now);
    /// The datagram that is to be sent now, if one is due.
    std::optional<bytes> take_due(random_source& random, time_point now);

    [[nodiscard]] step state() const { return step_; }
    [[nodiscard]] bool is_running() const { return step_ != step::idle; }
    [[nodiscard]] bool has_timed_out(time_point now) const { return is_running() && now >= gives_up_; }
    /// In this exchange a KE2 came that the peer's key did not sign.
    [[nodiscard]] bool saw_bad_signature() const { return saw_bad_signature_; }
    [[nodiscard]] time_point due_at() const { return due_; }
    [[nodiscard]] time_point gives_up_at() const { return gives_up_; }

private:
    void send(const wire::clear_message& message, time_point now);
    [[nodiscard]] exchange_values values_with(const wire::ke2& message) const;

    const introduction& between_;
    step step_ = step::idle;
    std::uint8_t epoch_ = 0;
    bytes nonce_;
    std::optional<crypto::ephemeral_key> ephemeral_;  ///< only in ke1_sent
    bytes datagram_;                                  ///< KE1 or KE3, as repeated
    duration interval_ = first_interval;
    duration patience_ = patience;
    time_point sent_ = time_point::min();
    time_point due_ = never;
    time_point gives_up_ = never;
    bool saw_bad_signature_ = false;
    work_limit verifications_{std::chrono::milliseconds(50), 16};
};

/// Answers KE1 and checks KE3. One DH value and nonce serve every KE1 of an epoch until a KE3 is accepted: so what strangers send
/// costs a signature at most, and displaces nothing that the peer's KE3 needs.
class ke_responder {
public:
    /// A DH value that no KE1 asked for in this time is wiped.
    static constexpr duration half_open_life = std::chrono::seconds(30);

    explicit ke_responder(const introduction& between) : between_(between) {}

    /// The datagram with KE2. The same KE1 again gets the same KE2 without any computing. `expected` says that the sender's
    /// address answered a probe, so strangers elsewhere cannot use up the work meant for it.
    tl::expected<bytes, ke_refusal> on_ke1(const wire::ke1& message, bool expected, random_source& random,
                                           time_point now);
    /// The keys. Their like cannot be had twice: the DH value is gone afterwards.
    tl::expected<agreed_keys, ke_refusal> on_ke3(const wire::ke3& message, time_point now);
    /// True for the KE3 that was accepted last.
    [[nodiscard]] bool is_accepted(const wire::ke3& message) const { return accepted_ == message; }

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;

private:
    struct answer {
        wire::ke1 question;
        bytes datagram;
    };
    struct half_open {
        bytes nonce;
        std::optional<crypto::ephemeral_key> ephemeral;  ///< none once a KE3 was accepted
        std::vector<answer> answers;
        time_point expires = never;
    };
    static constexpr std::size_t kept_answers = 4;

    half_open& open_for(std::uint8_t epoch, random_source& random, time_point now);
    [[nodiscard]] bytes answer_to(const wire::ke1& message, const half_open& with) const;

    const introduction& between_;
    std::array<std::optional<half_open>, 4> open_;  ///< by epoch
    std::optional<wire::ke3> accepted_;
    work_limit expected_signatures_{std::chrono::milliseconds(250), 4};
    work_limit other_signatures_{std::chrono::milliseconds(250), 4};
    work_limit verifications_{std::chrono::milliseconds(50), 16};
};

}  // namespace buri::core
