#pragma once
// STUN binding (RFC 8489), what discovery needs of it: a request without attributes, a success response with
// XOR-MAPPED-ADDRESS.
//
//     00 type:14  length:u16  0x2112A442:u32  transaction:bytes[12]  attributes
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <array>
#include <optional>

namespace buri::wire {

using stun_transaction = std::array<std::uint8_t, 12>;

/// A binding request; what is asked beyond the mapped address is of RFC 5780 section 7.
struct stun_request {
    stun_transaction transaction{};
    bool change_address = false;                   ///< answer from the server's other address
    bool change_port = false;                      ///< answer from its other port
    std::optional<std::uint16_t> response_port{};  ///< answer to this port of the address that asks
    bool operator==(const stun_request&) const = default;
};
struct stun_response {
    stun_transaction transaction{};
    endpoint mapped;
    std::optional<endpoint> origin{};  ///< where the answer comes from
    std::optional<endpoint> other{};   ///< the server's other address and port
    bool operator==(const stun_response&) const = default;
};

/// Padded to the largest response, so that no answer is larger than its request.
bytes encode_stun_request(const stun_request& request);
bytes encode_stun_response(const stun_response& response);
/// Error 420 (RFC 8489 section 14.8), 28 bytes: CHANGE-REQUEST is not understood here (RFC 5780 section 6.1).
bytes encode_stun_refusal(const stun_transaction& transaction);

/// Nothing unless it is a binding request. Attributes are skipped (an unknown comprehension-required one refuses).
std::optional<stun_request> parse_stun_request(byte_view datagram);

/// Nothing unless it is a success response with a mapped address.
std::optional<stun_response> parse_stun_response(byte_view datagram);

}  // namespace buri::wire
