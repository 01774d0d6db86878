#include "buri/core/control/sealed_channel.hpp"

#include "buri/crypto/digest.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::string_view label = "buri control";

const crypto::direction_keys& sending_keys(const crypto::traffic_keys& keys, channel_side own) {
    return own == channel_side::node ? keys.to_responder : keys.to_initiator;
}

const crypto::direction_keys& receiving_keys(const crypto::traffic_keys& keys, channel_side own) {
    return own == channel_side::node ? keys.to_initiator : keys.to_responder;
}

}  // namespace

crypto::traffic_keys control_keys(const wire::helo& helo, byte_view helo_payload, const wire::helo_ok& answer,
                                  const crypto::shared_secret& shared) {
    const auto context = crypto::sha256_stream().add(helo_payload).add(answer.nonce).add(answer.dh).value();
    return crypto::derive_traffic_keys(helo.suite, shared, helo.nonce, answer.nonce, label, context);
}

sealed_channel::sealed_channel(const crypto::traffic_keys& keys, channel_side own)
    : sealer_(keys.suite, sending_keys(keys, own)), opener_(keys.suite, receiving_keys(keys, own)) {}

result<bytes> sealed_channel::seal(byte_view payload) {
    const auto size = crypto::sealed_size(sealer_.suite(), payload.size());
    if (size + wire::frame_header_size > wire::max_frame) {
        return fail(errc::internal, "a message of " + std::to_string(payload.size()) +
                                        " bytes is larger than the control channel takes");
    }
    if (next_sent_ == 0)
        return fail(errc::internal, "the control channel has used up its message numbers; connect again");
    auto raw = wire::make_frame(next_sent_++, size);
    const auto header = std::span<const std::uint8_t>(raw).first<wire::frame_header_size>();
    sealer_.seal(header, payload, byte_span(raw).subspan(wire::frame_header_size));
    return raw;
}

result<byte_span> sealed_channel::open(wire::frame& sealed) {
    if (next_received_ == 0 || sealed.id != next_received_) {
        return fail(errc::out_of_order, "message " + std::to_string(sealed.id) + " came on the control channel where " +
                                            std::to_string(next_received_) + " was due");
    }
    if (sealer_.made(sealed.header(), sealed.payload())) {
        return fail(errc::malformed, "a message of the control channel was sent back to its sender");
    }
    const auto payload = opener_.open(sealed.header(), sealed.payload());
    if (!payload)
        return fail(errc::malformed, "a message of the control channel is not authentic: it was changed on its way");
    ++next_received_;
    return *payload;
}

}  // namespace buri::core
