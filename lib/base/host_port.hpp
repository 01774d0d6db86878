#pragma once
// A host as people name it, with a port: "vpn.example.org:12975", "[2001:db8::1]:443".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace buri {

struct host_port {
    std::string host;  ///< a name or an address, IPv6 without brackets
    std::uint16_t port = 0;

    bool operator==(const host_port&) const = default;
};

/// The port may be missing, and is 0 then. IPv6 needs its brackets.
std::optional<host_port> parse_host_port(std::string_view text);
std::string to_string(const host_port& where);

}  // namespace buri
