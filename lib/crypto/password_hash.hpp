#pragma once
// Passwords of networks are kept as scrypt hashes (RFC 7914).
#include "buri/base/random_source.hpp"

#include <string>
#include <string_view>

namespace buri::crypto {

/// "scrypt$14$8$1$salt$hash" with base64 parts: cost exponent, block size, parallelism.
std::string hash_password(std::string_view password, random_source& random);

/// False also for a hash that is not understood.
bool password_matches(std::string_view password, std::string_view hash);

}  // namespace buri::crypto
