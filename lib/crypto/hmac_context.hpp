#pragma once
// Private to crypto/: HMAC (RFC 2104) over pieces, with the key kept for many messages.
#include "buri/base/bytes.hpp"
#include "buri/base/secret.hpp"
#include "buri/crypto/openssl_handles.hpp"

#include <array>

namespace buri::crypto {

/// Written over a kept digest context, not EVP_MAC: starting that again with the same key copies contexts, which
/// allocates. This hashes the key's two blocks again for each message instead.
class hmac_context {
public:
    hmac_context(const EVP_MD* digest, byte_view key);

    hmac_context& add(byte_view data);
    /// Writes the first out.size() bytes of the MAC, at most the digest's size, and is ready for the next message.
    void finish(byte_span out);

private:
    static constexpr std::size_t block_size = 64;  // of SHA-1 and SHA-256
    static constexpr std::size_t max_digest_size = 32;

    void begin(const secret<block_size>& block);
    void end(std::span<std::uint8_t, max_digest_size> out);

    openssl::digest_context context_;
    std::size_t digest_size_;
    secret<block_size> inner_block_;
    secret<block_size> outer_block_;
};

}  // namespace buri::crypto
