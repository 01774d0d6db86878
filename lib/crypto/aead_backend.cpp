#include "buri/crypto/aead_backend.hpp"

#include "buri/crypto/aead_self_test.hpp"
#include "buri/crypto/ipsec_mb_aead.hpp"
#include "buri/crypto/processor.hpp"

namespace buri::crypto {
namespace {

aead_backend choose(suite_id suite) {
    const auto& other = ipsec_mb();
    if (!other.is_present) return {};
    if (!passes_self_test(make_ipsec_mb_key, suite)) return {aead_library::openssl, "OpenSSL", true};
    return {aead_library::ipsec_mb, suite == suite_id::chacha ? other.chacha_name : other.aes_name, false};
}

}  // namespace

const aead_backend& backend_of(suite_id suite) {
    if (suite == suite_id::chacha) {
        static const auto chosen = choose(suite_id::chacha);
        return chosen;
    }
    static const auto chosen = choose(suite_id::aes);
    return chosen;
}

bool is_usable(aead_library library, suite_id suite) {
    return library == aead_library::openssl || backend_of(suite).library == library;
}

suite_id fastest_aead() {
    return has_aes_instructions() ? suite_id::aes : suite_id::chacha;
}

}  // namespace buri::crypto
