#pragma once
// Addresses as the kernel's routing socket has them: a family, and 4 or 16 bytes in network order.
#include "buri/base/endpoint.hpp"

#include <cstdint>
#include <optional>

namespace buri::net {

std::uint8_t family_of(const ip_address& address);

/// Nothing if it has neither length.
std::optional<ip_address> read_address(byte_view raw);

}  // namespace buri::net
