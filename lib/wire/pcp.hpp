#pragma once
// PCP's MAP and ANNOUNCE (RFC 6887), a client's part: asks the gateway to open a port from outside to this host.
//
//     request     2:u8 1:u8 0:u16 lifetime:u32 client:bytes[16]  nonce:bytes[12] protocol:u8 0:bytes[3] internal:u16
//                 suggested port:u16 suggested address:bytes[16]
//     response    2:u8 129:u8 0:u8 result:u8 lifetime:u32 epoch:u32 0:bytes[12]  and from the nonce on as in the request
//
// IPv4 addresses are written as ::ffff:a.b.c.d.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace buri::wire {

/// Of the gateway, for PCP and NAT-PMP alike.
constexpr std::uint16_t port_control_port = 5351;

/// RFC 6887 section 7.4. Others that come are kept as numbers.
enum class pcp_result : std::uint8_t {
    success = 0,
    unsupported_version = 1,
    not_authorized = 2,
    malformed_request = 3,
    unsupported_opcode = 4,
    unsupported_option = 5,
    malformed_option = 6,
    network_failure = 7,
    no_resources = 8,
    unsupported_protocol = 9,
    quota_exceeded = 10,
    cannot_provide_external = 11,
    address_mismatch = 12,
    excessive_remote_peers = 13,
};
/// In words, for a report.
std::string_view describe(pcp_result code);

using pcp_nonce = std::array<std::uint8_t, 12>;

/// IANA's numbers of the protocols above IP.
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

struct pcp_map_request {
    ip_address client;
    std::uint32_t lifetime = 0;  ///< seconds; 0 takes the mapping away
    pcp_nonce nonce{};
    std::uint8_t protocol = protocol_udp;
    std::uint16_t internal_port = 0;
    endpoint suggested;  ///< unspecified address, port 0: the gateway's choice
};
/// 60 bytes.
bytes encode_pcp_map(const pcp_map_request& request);

struct pcp_map_response {
    pcp_result result = pcp_result::success;
    std::uint32_t lifetime = 0;  ///< seconds; of an error, how long it will last
    std::uint32_t epoch = 0;     ///< seconds since the gateway lost its state
    pcp_nonce nonce{};
    std::uint8_t protocol = 0;
    std::uint16_t internal_port = 0;
    endpoint external;
    bool operator==(const pcp_map_response&) const = default;
};
/// Nothing unless it is version 2's response to MAP. Options behind it are skipped.
std::optional<pcp_map_response> parse_pcp_map(byte_view datagram);

/// The epoch of ANNOUNCE's response: 2:u8 128:u8 0:u8 result:u8 lifetime:u32 epoch:u32 0:bytes[12]
std::optional<std::uint32_t> parse_pcp_announcement(byte_view datagram);

/// A response, of either protocol and any length, that refuses version 2.
bool is_pcp_refused_by_version(byte_view datagram);

}  // namespace buri::wire
