#include "buri/core/tunnel/jitter.hpp"
#include "buri/core/tunnel/key_exchange.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>

namespace buri::core {

std::string_view to_string(ke_refusal why) {
    switch (why) {
        case ke_refusal::unexpected:
            return "belongs to no exchange under way";
        case ke_refusal::too_much_work:
            return "too many computations in a short time";
        case ke_refusal::bad_signature:
            return "not signed by the peer's key";
        case ke_refusal::bad_value:
            return "a DH value that is not allowed";
    }
    return "unknown";
}

void ke_initiator::start(std::uint8_t epoch, random_source& random, time_point now, duration for_answer) {
    epoch_ = epoch;
    patience_ = for_answer;
    nonce_.resize(describe(between_.suite).nonce_size);
    random.fill(nonce_);
    ephemeral_ = crypto::ephemeral_key::generate(between_.suite, random);
    saw_bad_signature_ = false;
    step_ = step::ke1_sent;
    const auto dh = ephemeral_->public_value();
    send(wire::ke1{epoch_, nonce_, bytes(dh.begin(), dh.end())}, now);
}

void ke_initiator::give_head_start(duration wait) {
    due_ += wait;
    interval_ = 2 * wait;
}

tl::expected<agreed_keys, ke_refusal> ke_initiator::on_ke2(const wire::ke2& message, time_point now) {
    if (step_ != step::ke1_sent || message.epoch != epoch_) return tl::unexpected(ke_refusal::unexpected);
    if (!verifications_.take(now)) return tl::unexpected(ke_refusal::too_much_work);

    const auto values = values_with(message);
    if (!between_.peer_key.verify(between_.suite, signed_in_ke2(between_, values), message.signature)) {
        saw_bad_signature_ = true;
        return tl::unexpected(ke_refusal::bad_signature);
    }
    const auto shared = ephemeral_->agree(message.dh);
    if (!shared) return tl::unexpected(ke_refusal::bad_value);
    agreed_keys agreed{
        epoch_, crypto::derive_traffic_keys(between_.suite, *shared, values.nonce_initiator, values.nonce_responder,
                                            "buri tunnel", transcript_hash(between_, values))};
    const auto dh = values.dh_initiator;
    const wire::ke3 reply{epoch_, nonce_, bytes(dh.begin(), dh.end()),
                          between_.own_key->sign(between_.suite, signed_in_ke3(between_, values))};

    step_ = step::ke3_sent;
    patience_ = patience;
    send(reply, now);
    ephemeral_.reset();
    return agreed;
}

void ke_initiator::finish() {
    step_ = step::idle;
    ephemeral_.reset();
    nonce_.clear();
    datagram_.clear();
    due_ = never;
    gives_up_ = never;
}

void ke_initiator::hurry(time_point now) {
    if (is_running()) due_ = std::min(due_, std::max(now, sent_ + first_interval / 2));
}

std::optional<bytes> ke_initiator::take_due(random_source& random, time_point now) {
    if (!is_running() || now < due_) return std::nullopt;
    sent_ = now;
    due_ = now + jittered(interval_, random);
    interval_ = std::min(interval_ * 2, longest_interval);
    return datagram_;
}

void ke_initiator::send(const wire::clear_message& message, time_point now) {
    datagram_ = make_clear_datagram(between_.out, message, between_.suite, between_.punch);
    interval_ = first_interval;
    due_ = now;
    gives_up_ = now + patience_;
}

exchange_values ke_initiator::values_with(const wire::ke2& message) const {
    return {epoch_, nonce_, message.nonce, ephemeral_->public_value(), message.dh};
}

}  // namespace buri::core
