#include "buri/core/tunnel/punch_mac.hpp"

#include "buri/crypto/digest.hpp"

namespace buri::core {
namespace {

/// A tag of 128 bits: HMAC stays as hard to forge as its tag is long (RFC 2104 section 5).
byte_view cut(const crypto::sha256_digest& tag) {
    return byte_view(tag).first(wire::punch_mac_size);
}

}  // namespace

bytes make_clear_datagram(spi to, const wire::clear_message& message, suite_id suite, const punch_key& key) {
    auto out = wire::encode_clear_datagram(to, message, suite);
    if (wire::has_punch_mac(message, suite)) {
        const auto tag = crypto::hmac_sha256(key.view(), out);
        append(out, cut(tag));
    }
    return out;
}

bool has_right_mac(const wire::clear_datagram& datagram, suite_id suite, const punch_key& key) {
    if (!wire::has_punch_mac(datagram.message, suite)) return true;
    const auto tag = crypto::hmac_sha256(key.view(), datagram.authenticated);
    return crypto::equal_constant_time(cut(tag), datagram.mac);
}

}  // namespace buri::core
