#pragma once
// How one datagram is to leave, and what became of it.
#include "buri/base/endpoint.hpp"

#include <cstdint>
#include <optional>

namespace buri::udp {

struct send_options {
    std::optional<ip_address> from{};   ///< the own address that it leaves from; none: the kernel's choice
    std::optional<std::uint8_t> ttl{};  ///< or hop limit; none: the kernel's
    bool dont_fragment = false;         ///< in one piece or not at all, whatever is known about the path
};

enum class send_outcome : std::uint8_t {
    taken,
    too_large,   ///< for a datagram, or for the next link if it may not be fragmented
    no_source,   ///< `from` is not, or no longer, an address of this machine
    no_channel,  ///< there is no such channel, or its stream has ended
    not_taken,   ///< a full queue, or no way to the address
};

}  // namespace buri::udp
