#pragma once
// Leave to use a relay: signed by the server's host key, which relays know (wire/relay_control.hpp).
#include "buri/crypto/identity_key.hpp"
#include "buri/wire/relay_control.hpp"

namespace buri::core {

class relay_token_issuer {
public:
    /// `key` is Ed25519, and must outlive the issuer.
    explicit relay_token_issuer(const crypto::identity_key& key) : key_(key) {}

    [[nodiscard]] bytes token_of(const wire::relay_token& claims) const;

private:
    const crypto::identity_key& key_;
};

}  // namespace buri::core
