#pragma once
// Private to crypto/: HMAC (RFC 2104) over pieces, with the key kept for many messages.
#include "buri/base/bytes.hpp"

#include <openssl/sha.h>

namespace buri::crypto {

/// SHA-1 and SHA-256 as plain structs. OpenSSL's newer interfaces, EVP_MD and EVP_MAC, allocate whenever a kept context starts
/// again, and a message must not.
struct sha1_engine {
    using context = SHA_CTX;
    static constexpr std::size_t size = SHA_DIGEST_LENGTH;
    static void begin(context& with);
    static void add(context& with, byte_view data);
    static void end(context& with, std::uint8_t* out);
};

struct sha256_engine {
    using context = SHA256_CTX;
    static constexpr std::size_t size = SHA256_DIGEST_LENGTH;
    static void begin(context& with);
    static void add(context& with, byte_view data);
    static void end(context& with, std::uint8_t* out);
};

template <typename Engine>
class hmac_context {
public:
    explicit hmac_context(byte_view key);
    hmac_context(const hmac_context&) = delete;
    hmac_context& operator=(const hmac_context&) = delete;
    ~hmac_context();

    hmac_context& add(byte_view data);
    /// Writes the first out.size() bytes of the MAC, at most the digest's size, and is ready for the next message.
    void finish(byte_span out);

private:
    typename Engine::context inner_start_{};  ///< after the key's inner block
    typename Engine::context outer_start_{};  ///< after its outer block
    typename Engine::context present_{};
};

using hmac_sha1_context = hmac_context<sha1_engine>;
using hmac_sha256_context = hmac_context<sha256_engine>;

extern template class hmac_context<sha1_engine>;
extern template class hmac_context<sha256_engine>;

}  // namespace buri::crypto
