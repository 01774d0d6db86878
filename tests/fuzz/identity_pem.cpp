// Private key files. What is accepted is written in a form that reads back as the same key.
#include "buri/crypto/identity_key.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto key = crypto::identity_key::from_pem(to_string(byte_view(data, size)));
    if (!key) return 0;
    const auto again = crypto::identity_key::from_pem(key->to_pem());
    require(again && again->public_part().blob() == key->public_part().blob(), "a key reads back as it was written");
    return 0;
}
