// Public keys as SSH encodes them, from a server, a peer or a stranger; and fingerprints as text.
#include "buri/crypto/identity_key.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view blob(data, size);
    if (const auto digest = crypto::parse_fingerprint(to_string(blob))) {
        require("SHA256:" + to_base64(*digest) == to_string(blob).substr(0, 7 + 43), "fingerprint");
    }
    const auto key = crypto::public_key::from_blob(blob);
    if (!key) return 0;
    require(std::ranges::equal(key->blob(), blob), "a key keeps its blob");
    require(crypto::public_key::from_blob(key->blob()).has_value(), "a key's blob is accepted again");
    require(key->openssh_line("x").find(crypto::to_string(key->type())) != std::string::npos, "a line names the kind");
    for (const auto& suite : all_suites()) {
        require(!key->verify(suite.id, blob, blob), "no key signs itself");
    }
    return 0;
}
