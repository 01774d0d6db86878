#pragma once
// Which library seals and opens the messages of suites 2 and 3: the fastest on this processor that passed its self-test.
//
//     ipsec-mb    x86-64 with AES instructions, if it was there when this was built
//     OpenSSL     everywhere
#include "buri/base/suite.hpp"

#include <cstdint>
#include <string_view>

namespace buri::crypto {

enum class aead_library : std::uint8_t { openssl, ipsec_mb };

/// Present, and right in its self-test (which runs at the first call).
bool is_usable(aead_library library, suite_id suite);

struct aead_backend {
    aead_library library = aead_library::openssl;
    std::string_view name = "OpenSSL";  ///< with what it uses of the processor: "ipsec-mb AVX512/VAES"
    bool has_failed_test = false;       ///< OpenSSL, because the results of the other one were wrong
};

/// What a sealer uses if it is told nothing else. Of suite aes or chacha.
const aead_backend& backend_of(suite_id suite);

/// Of suites aes and chacha the one that this processor does faster: aes if it has instructions for it.
suite_id fastest_aead();

}  // namespace buri::crypto
