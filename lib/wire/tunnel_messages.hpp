#pragma once
// Inside a tunnel: 0xF0 and one CBOR map (protocol section 4).
#include "buri/base/result.hpp"
#include "buri/wire/message_parts.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace buri::wire {

struct echo {
    static constexpr std::string_view kind = "echo";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo&) const = default;
};
struct echo_reply {
    static constexpr std::string_view kind = "echo_reply";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const echo_reply&) const = default;
};
/// A probe of the path's MTU: as large as it wants to be. Answered by mtu_reply.
struct mtu_probe {
    static constexpr std::string_view kind = "mtu";
    std::uint64_t number = 0;
    bytes padding;
    static constexpr auto fields(auto& self, auto&& field) {
        field("number", self.number);
        field("padding", self.padding);
    }
    bool operator==(const mtu_probe&) const = default;
};
struct mtu_reply {
    static constexpr std::string_view kind = "mtu_reply";
    std::uint64_t number = 0;
    static constexpr auto fields(auto& self, auto&& field) { field("number", self.number); }
    bool operator==(const mtu_reply&) const = default;
};
using tunnel_message = std::variant<echo, echo_reply, mtu_probe, mtu_reply>;

/// `inner` starts with 0xF0. Unknown kinds are errc::unknown_request, to be ignored.
result<tunnel_message> parse_tunnel_message(byte_view inner);
bytes encode(const tunnel_message& message);

}  // namespace buri::wire
