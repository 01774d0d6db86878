#pragma once
// NAT-PMP (RFC 6886), a client's part. Of IPv4 only.
//
//     address     0:u8 0:u8                            asks for the gateway's external address
//     map         0:u8 1:u8 (UDP) or 2:u8 (TCP) 0:u16 internal:u16 suggested:u16 lifetime:u32
//     response    0:u8 128+opcode:u8 result:u16 epoch:u32, then address:u32 or internal:u16 external:u16 lifetime:u32
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <optional>
#include <string_view>

namespace buri::wire {

enum class nat_pmp_opcode : std::uint8_t { address = 0, map_udp = 1, map_tcp = 2 };

/// RFC 6886 section 3.5. Others that come are kept as numbers.
enum class nat_pmp_result : std::uint16_t {
    success = 0,
    unsupported_version = 1,
    not_authorized = 2,
    network_failure = 3,
    no_resources = 4,
    unsupported_opcode = 5,
};
/// In words, for a report.
std::string_view describe(nat_pmp_result code);

bytes encode_nat_pmp_address();

struct nat_pmp_map_request {
    nat_pmp_opcode opcode = nat_pmp_opcode::map_udp;
    std::uint16_t internal_port = 0;
    std::uint16_t suggested_port = 0;  ///< 0: the gateway's choice
    std::uint32_t lifetime = 0;        ///< seconds; 0 takes the mapping away
};
bytes encode_nat_pmp_map(const nat_pmp_map_request& request);

struct nat_pmp_response {
    nat_pmp_opcode opcode = nat_pmp_opcode::address;
    nat_pmp_result result = nat_pmp_result::success;
    std::uint32_t epoch = 0;  ///< seconds since the gateway lost its state
    ip_address address;       ///< of an answer to `address`
    std::uint16_t internal_port = 0;
    std::uint16_t external_port = 0;
    std::uint32_t lifetime = 0;  ///< seconds
    bool operator==(const nat_pmp_response&) const = default;
};
/// What says why it fails may end behind the epoch; a success is complete.
std::optional<nat_pmp_response> parse_nat_pmp(byte_view datagram);

}  // namespace buri::wire
