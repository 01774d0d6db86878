#pragma once
// Sealing and opening of numbered messages, on the control channel and in tunnels (protocol section 3, Sealing).
//
// A message is a header of 8 bytes (size|id on TCP, spi|id on UDP) and a payload. The header is authenticated, and its id is the
// nonce: the caller never seals two messages with one id under one key.
//
//     encrypted             payload = ciphertext | trailer
//     authenticated_only    payload = message, as it is | trailer      AAD = header | message (protocol section 4, Encryption off)
#include "buri/base/bytes.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/aead_backend.hpp"
#include "buri/crypto/traffic_keys.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace buri::crypto {

inline constexpr std::size_t sealed_header_size = 8;
using sealed_header = std::span<const std::uint8_t, sealed_header_size>;

/// The most that sealing adds, over all suites: padding 16, IV 16, MAC 12.
inline constexpr std::size_t max_seal_overhead = 44;

/// Bytes of the payload that `plain` bytes become.
std::size_t sealed_size(suite_id suite, std::size_t plain);

/// What sealing gives besides authenticity. Ends that disagree about it open nothing but each other's empty messages, so what
/// their keys are made of has to tell it as well.
enum class secrecy : std::uint8_t { encrypted, authenticated_only };

/// Seals one direction. Not for two threads at once. No allocation per message.
class sealer {
public:
    /// Suite 1 is always encrypted: anything else is a bug of the caller, and ends the process.
    sealer(suite_id suite, const direction_keys& keys, secrecy kept = secrecy::encrypted);
    /// By this library, which must be usable; for tests and measurements. Suite 1 is always OpenSSL's.
    sealer(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library);
    sealer(sealer&&) noexcept;
    sealer& operator=(sealer&&) noexcept;
    ~sealer();

    [[nodiscard]] suite_id suite() const;

    /// Seals `plain` into the first sealed_size(suite, plain.size()) bytes of `sealed`, and returns that size; less room is a bug of
    /// the caller. `plain` either begins where `sealed` begins (sealing in place) or has no byte in common with it.
    std::size_t seal(sealed_header header, byte_view plain, byte_span sealed);

    /// True if this is a message that this sealer made. Suite 1 has the same keys in both directions, so on a channel whose headers
    /// do not tell the direction a message sent back to its sender would open. Always false in the other suites.
    [[nodiscard]] bool made(sealed_header header, byte_view sealed_payload) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Opens one direction. Not for two threads at once. No allocation per message.
class opener {
public:
    /// Suite 1 is always encrypted: anything else is a bug of the caller, and ends the process.
    opener(suite_id suite, const direction_keys& keys, secrecy kept = secrecy::encrypted);
    /// By this library, which must be usable; for tests and measurements. Suite 1 is always OpenSSL's.
    opener(suite_id suite, const direction_keys& keys, secrecy kept, aead_library library);
    opener(opener&&) noexcept;
    opener& operator=(opener&&) noexcept;
    ~opener();

    [[nodiscard]] suite_id suite() const;

    /// Opens in place. The plaintext, within `payload`; nothing if it is not authentic (and then nothing is left in `payload` that was deciphered).
    std::optional<byte_span> open(sealed_header header, byte_span payload);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace buri::crypto
