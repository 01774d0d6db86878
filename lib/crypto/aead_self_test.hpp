#pragma once
// Private to crypto/: whether a library's keys of suites 2 and 3 do what they must, found out before they are used.
#include "buri/crypto/aead_key.hpp"

namespace buri::crypto {

/// Known answers (GCM specification test case 16, RFC 8439 section 2.8.2), and messages of random lengths up to 9,000 bytes against
/// OpenSSL: sealed in place and apart, opened, and refused when forged. Takes about a millisecond.
bool passes_self_test(const aead_key_maker& make, suite_id suite);

}  // namespace buri::crypto
