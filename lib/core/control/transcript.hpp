#pragma once
// What the signatures of the control channel are over (protocol section 3, Signatures). Both sides keep one.
#include "buri/base/bytes.hpp"
#include "buri/base/suite.hpp"
#include "buri/wire/handshake_messages.hpp"

namespace buri::core {

enum class signature_of : std::uint8_t { helo_ok, auth, auth_ok };

class transcript {
public:
    explicit transcript(suite_id suite) : suite_(suite) {}

    /// The payload of each message of the handshake from HELO on, in order, as it was on the wire.
    void add(byte_view payload) { append(payloads_, payload); }
    /// The nonces and DH values, which suite 1 signs.
    void set_exchange(const wire::helo& helo, const wire::helo_ok& answer);

    /// `message` is the one that will carry, or carries, the signature; it must not have been added yet.
    [[nodiscard]] bytes signed_data(signature_of which, const wire::control_message& message) const;

private:
    suite_id suite_;
    bytes payloads_;
    bytes auth_data_;
    bytes auth_ok_data_;
};

}  // namespace buri::core
