#pragma once
// The sealed part of a control channel (protocol section 3): each direction counts its messages 1, 2, 3 …
#include "buri/base/bytes.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/sealing.hpp"
#include "buri/wire/frame.hpp"
#include "buri/wire/handshake_messages.hpp"

namespace buri::core {

enum class channel_side : std::uint8_t { node, server };

/// The keys of a channel from its HELO, HELO OK and DH secret.
crypto::traffic_keys control_keys(const wire::helo& helo, byte_view helo_payload, const wire::helo_ok& answer,
                                  const crypto::shared_secret& shared);

class sealed_channel {
public:
    sealed_channel(const crypto::traffic_keys& keys, channel_side own);

    /// A whole frame. Fails for a payload past the limit of frames and when the numbers are used up.
    result<bytes> seal(byte_view payload);

    /// The payload, within `sealed`. Any failure ends the connection.
    result<byte_span> open(wire::frame& sealed);

private:
    crypto::sealer sealer_;
    crypto::opener opener_;
    std::uint32_t next_sent_ = 1;
    std::uint32_t next_received_ = 1;
};

}  // namespace buri::core
