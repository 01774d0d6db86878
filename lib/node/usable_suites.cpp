#include "buri/node/usable_suites.hpp"

#include "buri/crypto/aead_backend.hpp"

#include <algorithm>

namespace buri::node {

std::vector<suite_id> usual_suites() {
    if (crypto::fastest_aead() == suite_id::chacha) return {suite_id::chacha, suite_id::aes};
    return {suite_id::aes, suite_id::chacha};
}

result<suite_id> first_usable(std::span<const suite_id> suites, const crypto::identity_key& key) {
    const auto found = std::ranges::find_if(suites, [&](suite_id suite) { return key.fits(suite); });
    if (found != suites.end()) return *found;
    return fail(errc::key_unsuitable,
                "the only allowed suite is 'classic', which needs an RSA key, and this one is of kind " +
                    std::string(to_string(key.type())) +
                    ". Allow another suite in the configuration, or make an RSA key: with '--key-type rsa' at the "
                    "first start, with "
                    "'vpn keys rotate --key-type rsa' later.");
}

}  // namespace buri::node
