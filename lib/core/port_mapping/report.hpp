#pragma once
// Ports that gateways map to this host, as its other parts see them. A gateway's word is a claim: a mapping is a
// candidate, and believed once a packet has come through it (set_verified).
#include "buri/base/endpoint.hpp"
#include "buri/base/time_point.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace buri::core {

enum class mapping_protocol : std::uint8_t { udp, tcp };
enum class mapping_method : std::uint8_t { pcp, nat_pmp, upnp };
constexpr std::size_t mapping_method_count = 3;

std::string_view name_of(mapping_protocol protocol);  ///< "udp", "tcp"
std::string_view name_of(mapping_method method);      ///< "PCP", "NAT-PMP", "UPnP"

/// The ports of this host that are to be reachable; 0 for none.
struct mapped_ports {
    std::uint16_t udp = 0;
    std::uint16_t tcp = 0;
    bool operator==(const mapped_ports&) const = default;
};

/// A router and this host's address on the network they share.
struct gateway {
    ip_address address;
    ip_address own;
    unsigned interface = 0;  ///< the kernel's number
    bool operator==(const gateway&) const = default;
};

struct port_mapping {
    mapping_protocol protocol = mapping_protocol::udp;
    mapping_method method = mapping_method::pcp;
    endpoint external;
    std::chrono::seconds lifetime{0};  ///< what is counted on: see clamp_lifetime()
    bool is_verified = false;
    bool operator==(const port_mapping&) const = default;
};

enum class method_state : std::uint8_t { not_asked, asking, no_answer, refused, mapped };

struct method_report {
    method_state state = method_state::not_asked;
    std::string reason;  ///< of refused, in words
    endpoint external;   ///< of mapped: UDP's, or TCP's if that is all there is
    time_point until{};  ///< of mapped
};

/// For `vpn netcheck`.
struct port_mapping_report {
    std::optional<ip_address> gateway;
    std::array<method_report, mapping_method_count> methods;  ///< by mapping_method; of IPv4
    std::optional<ip_address> gateway_v6;
    method_report pinhole;  ///< through the firewall of the IPv6 gateway, by PCP
    std::vector<port_mapping> mappings;
    /// The gateway's own external address is a private one (RFC 1918, RFC 6598): there is another NAT behind it.
    bool is_double_nat = false;
};

/// "not asked", "no answer", "refused: not authorized", "mapped 198.51.100.7:41641"
std::string to_string(const method_report& report);

}  // namespace buri::core
