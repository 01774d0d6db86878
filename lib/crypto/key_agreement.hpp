#pragma once
// Ephemeral Diffie-Hellman: MODP 2048 (RFC 3526 group 14) for suite 1, X25519 (RFC 7748) for suites 2 and 3.
#include "buri/base/bytes.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/suite.hpp"

#include <memory>
#include <optional>

namespace buri::crypto {

/// A shared secret of 32 or 256 bytes: moved only, wiped when it goes.
class shared_secret {
public:
    explicit shared_secret(bytes value) : value_(std::move(value)) {}
    shared_secret(shared_secret&&) noexcept = default;
    shared_secret& operator=(shared_secret&&) noexcept;
    ~shared_secret();
    shared_secret(const shared_secret&) = delete;
    shared_secret& operator=(const shared_secret&) = delete;
    [[nodiscard]] byte_view view() const { return value_; }

private:
    bytes value_;
};

class ephemeral_key {
public:
    static ephemeral_key generate(suite_id suite, random_source& random);
    /// From a private value: 32 bytes for X25519, a big-endian exponent for MODP. For tests with known answers.
    static ephemeral_key from_private(suite_id suite, byte_view value);
    ephemeral_key(ephemeral_key&&) noexcept;
    ephemeral_key& operator=(ephemeral_key&&) noexcept;
    ~ephemeral_key();

    /// dh_size bytes, left-padded.
    [[nodiscard]] byte_view public_value() const;

    /// Nothing if the peer's value is not allowed: wrong size, 0, 1, p-1 or >= p, or an X25519 result of all zeros.
    [[nodiscard]] std::optional<shared_secret> agree(byte_view peer_public) const;

private:
    struct state;
    explicit ephemeral_key(std::unique_ptr<state> made);
    std::unique_ptr<state> state_;
};

}  // namespace buri::crypto
