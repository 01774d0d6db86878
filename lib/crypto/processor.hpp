#pragma once
// Private to crypto/: what the processor brings for ciphers.

namespace buri::crypto {

/// AES rounds and the carry-less multiplication of GCM as instructions.
bool has_aes_instructions();

}  // namespace buri::crypto
