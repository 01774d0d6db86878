#pragma once
// Where datagrams go and come from: an address, and the channel that leads there. Channel 0 is the node's UDP socket; others are
// further UDP sockets, and streams (TCP or TLS) that carry datagrams.
#include "buri/base/endpoint.hpp"

#include <compare>
#include <cstdint>
#include <functional>

namespace buri {

/// Never used again after it was closed.
using channel_id = std::uint32_t;
inline constexpr channel_id main_channel = 0;

struct path_address {
    channel_id channel = main_channel;
    endpoint at;  ///< of a stream: its other end

    path_address() = default;
    path_address(const endpoint& where) : at(where) {}  // NOLINT(google-explicit-constructor)
    path_address(channel_id through, const endpoint& where) : channel(through), at(where) {}

    auto operator<=>(const path_address&) const = default;
    explicit operator bool() const { return static_cast<bool>(at); }
};

}  // namespace buri

template <>
struct std::hash<buri::path_address> {
    std::size_t operator()(const buri::path_address& where) const noexcept {
        return std::hash<buri::endpoint>()(where.at) ^ (where.channel * std::size_t{0x9e3779b97f4a7c15U});
    }
};
