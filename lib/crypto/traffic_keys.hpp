#pragma once
// From a DH secret to the keys of one channel or one tunnel epoch (protocol section 3, Keys).
#include "buri/base/bytes.hpp"
#include "buri/base/secret.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/key_agreement.hpp"

#include <string_view>

namespace buri::crypto {

/// Keys of one direction. Suite 1 has the same pair both ways.
struct direction_keys {
    secret<32> cipher;
    secret<20> mac;  ///< suite 1: Ka
    secret<12> iv;   ///< suites 2 and 3

    [[nodiscard]] direction_keys clone() const { return {cipher.clone(), mac.clone(), iv.clone()}; }
};

struct traffic_keys {
    suite_id suite = suite_id::aes;
    direction_keys to_responder;
    direction_keys to_initiator;
};

/// KEYMAT = T1|T2|… of suite 1: T1 = HMAC-SHA1(K, Ni|Nr|0x01), Tn = HMAC-SHA1(K, Tn-1|Ni|Nr|n). At most 255 * 20 bytes.
void classic_keymat(byte_view shared, byte_view nonce_initiator, byte_view nonce_responder, byte_span out);

/// `label` ("buri control", "buri tunnel") and `context` (a SHA-256) are HKDF's info; suite 1 uses neither.
traffic_keys derive_traffic_keys(suite_id suite, const shared_secret& shared, byte_view nonce_initiator,
                                 byte_view nonce_responder, std::string_view label, byte_view context);

}  // namespace buri::crypto
