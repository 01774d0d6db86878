#pragma once
// How a mediation server is named on a command line: HOST[:PORT][#SHA256:…].
#include "buri/base/result.hpp"
#include "buri/crypto/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace buri::daemon {

struct server_spec {
    static constexpr std::uint16_t default_port = 12975;

    std::string host;  ///< a name or an address; IPv6 without brackets
    std::uint16_t port = default_port;
    std::optional<crypto::sha256_digest> fingerprint;  ///< of the server's key blob

    bool operator==(const server_spec&) const = default;
};

/// errc::usage with what is wrong. An IPv6 address with a port needs brackets.
result<server_spec> parse_server_spec(std::string_view text);

/// As parse_server_spec reads it, the default port left out.
std::string to_string(const server_spec& spec);

/// "host:12975", with the port always, without the fingerprint.
std::string host_and_port(const server_spec& spec);

}  // namespace buri::daemon
