#pragma once
// Private to crypto/: a key of AES-256-GCM (suite 2) or ChaCha20-Poly1305 (suite 3), ready for many messages in one library.
//
//     encrypted             tag over AAD and ciphertext
//     authenticated_only    tag over AAD | text, the text stays as it is
#include "buri/base/bytes.hpp"
#include "buri/base/secret.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/sealing.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <span>

namespace buri::crypto {

inline constexpr std::size_t aead_tag_size = 16;
using aead_cipher_key = std::span<const std::uint8_t, 32>;
using aead_nonce = std::span<const std::uint8_t, 12>;
using aead_tag_view = std::span<const std::uint8_t, aead_tag_size>;
using aead_tag_span = std::span<std::uint8_t, aead_tag_size>;

/// Not for two threads at once. Nothing is allocated or locked for a message.
class aead_key {
public:
    aead_key() = default;
    aead_key(const aead_key&) = delete;
    aead_key& operator=(const aead_key&) = delete;
    virtual ~aead_key() = default;

    /// `text` has the size of `plain`; either it is the same memory or they have no byte in common.
    virtual void seal(aead_nonce nonce, byte_view aad, byte_view plain, byte_span text, aead_tag_span tag) = 0;

    /// In place. False if the tag is another: then what is in `text` must not be used.
    virtual bool open(aead_nonce nonce, byte_view aad, byte_span text, aead_tag_view tag) = 0;
};

/// For what is only authenticated. Not std::ranges::copy, which g++ 12 does byte by byte from const bytes.
inline void copy_text(byte_view plain, byte_span text) {
    if (plain.data() != text.data()) std::copy(plain.begin(), plain.end(), text.begin());
}

/// Makes a key of suite aes or chacha.
using aead_key_maker = std::function<std::unique_ptr<aead_key>(suite_id, aead_cipher_key, secrecy)>;

std::unique_ptr<aead_key> make_openssl_key(suite_id suite, aead_cipher_key key, secrecy kept);

}  // namespace buri::crypto
