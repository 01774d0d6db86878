#include "buri/core/tunnel/key_exchange.hpp"
#include "buri/core/tunnel/punch_mac.hpp"

#include <algorithm>

namespace buri::core {

tl::expected<bytes, ke_refusal> ke_responder::on_ke1(const wire::ke1& message, bool expected, random_source& random,
                                                     time_point now) {
    if (message.epoch >= open_.size()) return tl::unexpected(ke_refusal::unexpected);
    if (const auto& open = open_[message.epoch]) {
        const auto known = std::ranges::find(open->answers, message, &answer::question);
        if (known != open->answers.end()) return known->datagram;
    }
    auto& limit = expected ? expected_signatures_ : other_signatures_;
    if (!limit.take(now)) return tl::unexpected(ke_refusal::too_much_work);

    auto& open = open_for(message.epoch, random, now);
    auto datagram = answer_to(message, open);
    if (open.answers.size() == kept_answers) open.answers.erase(open.answers.begin());
    open.answers.push_back({message, datagram});
    open.expires = now + half_open_life;
    return datagram;
}

tl::expected<agreed_keys, ke_refusal> ke_responder::on_ke3(const wire::ke3& message, time_point now) {
    if (message.epoch >= open_.size()) return tl::unexpected(ke_refusal::unexpected);
    auto& open = open_[message.epoch];
    if (!open || !open->ephemeral) return tl::unexpected(ke_refusal::unexpected);
    if (!verifications_.take(now)) return tl::unexpected(ke_refusal::too_much_work);

    const auto dh = open->ephemeral->public_value();
    const exchange_values values{message.epoch, message.nonce, open->nonce, message.dh, dh};
    if (!between_.peer_key.verify(between_.suite, signed_in_ke3(between_, values), message.signature)) {
        return tl::unexpected(ke_refusal::bad_signature);
    }
    const auto shared = open->ephemeral->agree(message.dh);
    if (!shared) return tl::unexpected(ke_refusal::bad_value);
    agreed_keys agreed{message.epoch, crypto::derive_traffic_keys(between_.suite, *shared, values.nonce_initiator,
                                                                  values.nonce_responder, "buri tunnel",
                                                                  transcript_hash(between_, values))};

    // Without its DH value this exchange cannot give the same keys a second time, which would start their ids anew.
    open->ephemeral.reset();
    accepted_ = message;
    return agreed;
}

void ke_responder::on_deadline(time_point now) {
    for (auto& open : open_) {
        if (open && open->expires <= now) open.reset();
    }
}

time_point ke_responder::next_deadline() const {
    auto earliest = never;
    for (const auto& open : open_) {
        if (open) earliest = std::min(earliest, open->expires);
    }
    return earliest;
}

ke_responder::half_open& ke_responder::open_for(std::uint8_t epoch, random_source& random, time_point now) {
    auto& open = open_[epoch];
    if (open && open->ephemeral && now < open->expires) return *open;
    half_open fresh;
    fresh.nonce.resize(describe(between_.suite).nonce_size);
    random.fill(fresh.nonce);
    fresh.ephemeral = crypto::ephemeral_key::generate(between_.suite, random);
    open = std::move(fresh);
    return *open;
}

bytes ke_responder::answer_to(const wire::ke1& message, const half_open& with) const {
    const auto dh = with.ephemeral->public_value();
    const exchange_values values{message.epoch, message.nonce, with.nonce, message.dh, dh};
    const wire::ke2 reply{message.epoch, with.nonce, bytes(dh.begin(), dh.end()),
                          between_.own_key->sign(between_.suite, signed_in_ke2(between_, values))};
    return make_clear_datagram(between_.out, reply, between_.suite, between_.punch);
}

}  // namespace buri::core
