#pragma once
// Everything that can seal on this machine: each suite, with and without encryption, by each library.
#include "buri/crypto/sealing.hpp"

#include <vector>

namespace buri::test {

struct sealing_mode {
    suite_id suite;
    crypto::secrecy kept;
    crypto::aead_library library;
};

inline std::vector<crypto::aead_library> libraries_of(suite_id suite) {
    std::vector<crypto::aead_library> out{crypto::aead_library::openssl};
    if (suite != suite_id::classic && crypto::is_usable(crypto::aead_library::ipsec_mb, suite))
        out.push_back(crypto::aead_library::ipsec_mb);
    return out;
}

inline std::vector<sealing_mode> sealing_modes() {
    std::vector<sealing_mode> out{{suite_id::classic, crypto::secrecy::encrypted, crypto::aead_library::openssl}};
    for (const auto suite : {suite_id::aes, suite_id::chacha}) {
        for (const auto library : libraries_of(suite)) {
            out.push_back({suite, crypto::secrecy::encrypted, library});
            out.push_back({suite, crypto::secrecy::authenticated_only, library});
        }
    }
    return out;
}

}  // namespace buri::test
