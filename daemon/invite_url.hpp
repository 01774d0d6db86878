#pragma once
// An invite as people pass it on: vpn://HOST[:PORT]/NETWORK?k=SHA256:…&t=TOKEN. `k` is the fingerprint of the server's key, with
// what a query does not allow as it is percent-encoded; `t` is the token in base64url (RFC 4648 section 5) without padding.
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"
#include "daemon/server_spec.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace buri::daemon {

struct invite_url {
    static constexpr std::string_view scheme = "vpn://";

    server_spec server;  ///< with a fingerprint
    network_name network;
    std::array<std::uint8_t, 16> token{};

    bool operator==(const invite_url&) const = default;
};

/// errc::usage with what is wrong. Query fields of other names are skipped.
result<invite_url> parse_invite_url(std::string_view text);

std::string to_string(const invite_url& invite);

}  // namespace buri::daemon
