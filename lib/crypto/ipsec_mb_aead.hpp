#pragma once
// Private to crypto/: keys in intel-ipsec-mb, which has AES-256-GCM and ChaCha20-Poly1305 for each generation of x86-64. At 64 and at
// 1,400 bytes both are faster there than in OpenSSL 3.0, with SSE, AVX, AVX2 and AVX-512 alike.
#include "buri/crypto/aead_key.hpp"

#include <string>

namespace buri::crypto {

/// What this processor gets from the library.
struct ipsec_mb_support {
    bool is_present = false;  ///< false: built without it, no AES instructions, or it finds nothing to use
    std::string aes_name;     ///< "ipsec-mb AVX512/VAES"
    std::string chacha_name;  ///< "ipsec-mb AVX512/IFMA"
};

/// Found out at the first call. Whether the results are right is for the self-test to say.
const ipsec_mb_support& ipsec_mb();

/// Only where ipsec_mb() is present. ChaCha20-Poly1305 that only authenticates comes from OpenSSL: the library takes AAD in one piece.
std::unique_ptr<aead_key> make_ipsec_mb_key(suite_id suite, aead_cipher_key key, secrecy kept);

}  // namespace buri::crypto
