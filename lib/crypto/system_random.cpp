#include "buri/crypto/system_random.hpp"

#include "buri/crypto/openssl_handles.hpp"

#include <openssl/rand.h>

#include <algorithm>

namespace buri::crypto {

void system_random::fill(byte_span out) {
    constexpr std::size_t most = 1U << 20U;  // RAND_bytes takes an int
    while (!out.empty()) {
        const auto part = out.first(std::min(out.size(), most));
        openssl::require(RAND_bytes(part.data(), static_cast<int>(part.size())) == 1);
        out = out.subspan(part.size());
    }
}

}  // namespace buri::crypto
