#pragma once
// What the server told both ends of a tunnel, and the bytes that each signs because of it (protocol section 4).
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"
#include "buri/base/secret.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/digest.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/sealing.hpp"
#include "buri/wire/datagram.hpp"
#include "buri/wire/messages.hpp"

#include <span>

namespace buri::core {

inline constexpr std::size_t punch_key_size = 16;
using punch_key = secret<punch_key_size>;

struct introduction {
    node_id own;
    node_id peer;
    spi in;
    spi out;
    suite_id suite = suite_id::aes;
    bool plain = false;        ///< messages are authenticated, but not encrypted; never in suite 1
    bool is_repeated = false;  ///< used before: the other end may still have keys, of an epoch that is not known here
    punch_key punch;
    const crypto::identity_key* own_key = nullptr;  ///< outlives the tunnel
    crypto::public_key peer_key;

    /// errc::malformed, errc::suite_refused, or errc::key_unsuitable (own key as the peer's, or a key unfit for the suite).
    static result<introduction> from_offer(node_id own, const crypto::identity_key& own_key,
                                           const wire::tunnel_open& offer, std::span<const suite_id> suites);

    [[nodiscard]] bool is_initiator() const { return in < out; }
    [[nodiscard]] crypto::secrecy secrecy() const {
        return plain ? crypto::secrecy::authenticated_only : crypto::secrecy::encrypted;
    }
};

/// The values that one exchange agreed on.
struct exchange_values {
    std::uint8_t epoch = 0;
    byte_view nonce_initiator;
    byte_view nonce_responder;
    byte_view dh_initiator;
    byte_view dh_responder;
};

/// SHA-256 over the names of both ends, the tunnel, the introduction and the exchange: what suites >= 2 sign, and the context
/// of their keys. Nothing that it holds can be exchanged for another pair's, tunnel's or exchange's.
crypto::sha256_digest transcript_hash(const introduction& between, const exchange_values& values);

/// What the responder signs in KE2 and the initiator in KE3.
bytes signed_in_ke2(const introduction& between, const exchange_values& values);
bytes signed_in_ke3(const introduction& between, const exchange_values& values);

}  // namespace buri::core
