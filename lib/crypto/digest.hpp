#pragma once
// Hashes, HMAC (RFC 2104) and HKDF (RFC 5869).
#include "buri/base/bytes.hpp"
#include "buri/base/secret.hpp"

#include <array>
#include <memory>

namespace buri::crypto {

using sha1_digest = std::array<std::uint8_t, 20>;
using sha256_digest = std::array<std::uint8_t, 32>;

sha1_digest sha1(byte_view data);
sha256_digest sha256(byte_view data);

/// SHA-256 over pieces, as over a handshake's messages. value() may be taken at any point and does not end it.
class sha256_stream {
public:
    sha256_stream();
    ~sha256_stream();
    sha256_stream(sha256_stream&&) noexcept;
    sha256_stream& operator=(sha256_stream&&) noexcept;

    sha256_stream& add(byte_view data);
    [[nodiscard]] sha256_digest value() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

sha1_digest hmac_sha1(byte_view key, byte_view data);
sha256_digest hmac_sha256(byte_view key, byte_view data);

secret<32> hkdf_extract(byte_view salt, byte_view input);
/// Fills `out`, at most 255 * 32 bytes.
void hkdf_expand(const secret<32>& key, byte_view info, byte_span out);

/// Compares without telling by its timing where the difference is. Different lengths are unequal.
bool equal_constant_time(byte_view a, byte_view b);

}  // namespace buri::crypto
