#pragma once
// Private to crypto/: what public_key and identity_key hold.
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/key_blob.hpp"
#include "buri/crypto/openssl_handles.hpp"

namespace buri::crypto {

struct public_key::state {
    key_type type;
    bytes blob;
    openssl::key key;
};

/// An OpenSSL key that can only check; nothing if OpenSSL refuses the numbers.
openssl::key public_from_parts(const key_parts& parts);

/// The public numbers of an Ed25519 or RSA key.
key_parts parts_of(EVP_PKEY* key);

}  // namespace buri::crypto
