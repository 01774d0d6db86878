// Licence keys, as users type them; and the content of keys, as a server may have signed it once.
#include "buri/core/directory/licence.hpp"

#include "buri/base/plan.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

namespace {

const crypto::identity_key& server_key() {
    static test::seeded_random random(1);
    static const auto key = crypto::identity_key::generate_ed25519(random);
    return key;
}

std::string signed_key(byte_view content) {
    const std::string_view label = "buri licence";
    bytes message(label.begin(), label.end());
    append(message, content);
    bytes whole(content.begin(), content.end());
    append(whole, server_key().sign(suite_id::aes, message));
    auto text = to_base64(whole);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return "buri-licence-" + text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::licence_issuer issuer(server_key());
    const byte_view input(data, size);
    for (const auto& key : {to_string(input), signed_key(input)}) {
        const auto read = issuer.read(key);
        if (!read) {
            require(read.error().code == errc::licence_invalid && !read.error().text.empty(), "a refusal says why");
            continue;
        }
        require(issuer.key_of(*read) == key, "one licence has one key");
        require(read->id.size() == core::licence_id_size && is_plan_name(read->plan), "a licence is whole");
        require(read->months >= 1 && read->months <= core::max_licence_months, "the months are within their limits");
    }
    return 0;
}
