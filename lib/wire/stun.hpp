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

/// 44 bytes: padded with a SOFTWARE attribute to the largest response, so that no answer is larger than its request.
bytes encode_stun_request(const stun_transaction& transaction);
bytes encode_stun_response(const stun_transaction& transaction, const endpoint& mapped);

/// Nothing unless it is a binding request. Attributes are skipped (an unknown comprehension-required one refuses).
std::optional<stun_transaction> parse_stun_request(byte_view datagram);

struct stun_response {
    stun_transaction transaction{};
    endpoint mapped;
    bool operator==(const stun_response&) const = default;
};
/// Nothing unless it is a success response with a mapped address.
std::optional<stun_response> parse_stun_response(byte_view datagram);

}  // namespace buri::wire
