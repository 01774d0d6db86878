#pragma once
// Requests to the kernel's routing socket and what comes back (RFC 3549): a header, a fixed part, and attributes, all
// in the machine's own byte order and padded to four bytes.
#include "buri/base/bytes.hpp"

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace buri::net {

constexpr unsigned request_ack = NLM_F_REQUEST | NLM_F_ACK;
constexpr unsigned request_dump = NLM_F_REQUEST | NLM_F_DUMP;

template <typename T>
byte_view bytes_of(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

class netlink_request {
public:
    /// `flags` as NLM_F_…; a request needs NLM_F_REQUEST.
    template <typename Fixed>
    netlink_request(std::uint16_t type, unsigned flags, const Fixed& fixed) : netlink_request(type, flags) {
        append_padded(bytes_of(fixed));
    }

    netlink_request& attribute(unsigned type, byte_view value);
    template <typename T>
    netlink_request& number(unsigned type, const T& value) {
        return attribute(type, bytes_of(value));
    }
    /// Attributes until the matching close() are inside of this one.
    [[nodiscard]] std::size_t open(unsigned type);
    void close(std::size_t opened);

    /// The message, with its length filled in.
    byte_view finish(std::uint32_t sequence);

private:
    netlink_request(std::uint16_t type, unsigned flags);
    void append_padded(byte_view data);

    bytes data_;
};

/// A view into what was received.
struct netlink_message {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
    byte_view body;
};

/// Takes the next message off the front; nothing if none is left or the rest is cut short.
std::optional<netlink_message> next_message(byte_view& rest);

/// The fixed part at the front of a body; nothing if it is cut short.
template <typename Fixed>
std::optional<Fixed> fixed_part(byte_view body) {
    if (body.size() < sizeof(Fixed)) return std::nullopt;
    Fixed out;
    std::memcpy(&out, body.data(), sizeof out);
    return out;
}

/// The value of the first attribute of this type behind a fixed part of `skip` bytes; empty if there is none.
byte_view find_attribute(byte_view body, std::size_t skip, unsigned type);

/// Zero if it is shorter than the number.
template <typename T>
T number_in(byte_view value) {
    return fixed_part<T>(value).value_or(T{});
}

}  // namespace buri::net
