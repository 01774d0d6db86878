#pragma once
// Private to crypto/: signing and checking by suite and kind of key (protocol section 2).
#include "buri/base/bytes.hpp"
#include "buri/base/suite.hpp"
#include "buri/crypto/identity_key.hpp"
#include "buri/crypto/openssl_handles.hpp"

namespace buri::crypto {

/// The key must fit the suite.
bytes make_signature(suite_id suite, key_type type, EVP_PKEY* key, byte_view data);
/// False for a key that the suite cannot use.
bool check_signature(suite_id suite, key_type type, EVP_PKEY* key, byte_view data, byte_view signature);

}  // namespace buri::crypto
