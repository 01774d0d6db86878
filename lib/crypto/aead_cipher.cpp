#include "buri/crypto/aead_cipher.hpp"

#include "buri/crypto/ipsec_mb_aead.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <algorithm>
#include <array>

namespace buri::crypto {
namespace {

/// The header ends in the message's id, big-endian, as the nonce takes it. No id is sealed twice, so no nonce is.
std::array<std::uint8_t, 12> nonce_of(const secret<12>& iv, sealed_header header) {
    std::array<std::uint8_t, 12> nonce{};
    std::ranges::copy(iv.view(), nonce.begin());
    for (std::size_t i = 4; i < sealed_header_size; ++i)
        nonce[i + 4] ^= header[i];
    return nonce;
}

std::unique_ptr<aead_key> make_key(suite_id suite, aead_cipher_key key, secrecy kept, aead_library library) {
    openssl::require(is_usable(library, suite));
    if (library == aead_library::ipsec_mb) return make_ipsec_mb_key(suite, key, kept);
    return make_openssl_key(suite, key, kept);
}

}  // namespace

aead_cipher::aead_cipher(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library)
    : key_(make_key(suite, keys.cipher.view(), kept, library)), iv_(keys.iv.clone()) {}

void aead_cipher::seal(sealed_header header, byte_view plain, byte_span sealed) {
    key_->seal(nonce_of(iv_, header), header, plain, sealed.first(plain.size()), sealed.last<aead_tag_size>());
}

std::optional<byte_span> aead_cipher::open(sealed_header header, byte_span payload) {
    if (payload.size() < aead_tag_size) return std::nullopt;
    const auto text = payload.first(payload.size() - aead_tag_size);
    if (key_->open(nonce_of(iv_, header), header, text, payload.last<aead_tag_size>())) return text;
    wipe(text);
    return std::nullopt;
}

}  // namespace buri::crypto
