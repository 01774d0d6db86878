// Invites, as people paste them. What is accepted is shown in a form that reads back the same.
#include "daemon/invite_url.hpp"

#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto invite = daemon::parse_invite_url(to_string(byte_view(data, size)));
    if (!invite) {
        require(!invite.error().text.empty(), "a refusal says why");
        return 0;
    }
    require(invite->server.fingerprint.has_value(), "an invite names the server's key");
    const auto again = daemon::parse_invite_url(to_string(*invite));
    require(again && *again == *invite, "an invite reads back as it is shown");
    return 0;
}
