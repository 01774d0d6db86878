#pragma once
// The router that leads to the internet, and this host's address on the network that they share.
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"

#include <optional>
#include <string>

namespace buri::net {

struct default_gateway {
    ip_address address;
    ip_address own;     ///< this host's, of the same family; IPv6: a global one, neither deprecated nor RFC 4193's
    ip_prefix network;  ///< of the address that the gateway is on
    unsigned interface = 0;
    bool operator==(const default_gateway&) const = default;
};

enum class address_family { v4, v6 };

/// Of the main table's default route with the lowest metric, without those through the interface `except`. Nothing if there
/// is none, or it leads through no gateway, or to one that is not on a network of the interface. errc::internal.
result<std::optional<default_gateway>> find_default_gateway(address_family family, const std::string& except);

}  // namespace buri::net
