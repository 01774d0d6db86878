#pragma once
// IP addresses and UDP or TCP endpoints, as values without a socket library.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace buri {

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses are stored as IPv4, so equal hosts compare equal.
class ip_address {
public:
    ip_address() = default;  ///< 0.0.0.0
    static ip_address v4(std::uint32_t host_order);
    static ip_address v6(const std::array<std::uint8_t, 16>& network_order);
    static result<ip_address> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const { return is_v4_; }
    [[nodiscard]] std::uint32_t v4_value() const;  ///< host order; only if is_v4()
    [[nodiscard]] const std::array<std::uint8_t, 16>& v6_bytes() const { return raw_; }  ///< v4 as ::ffff:a.b.c.d
    [[nodiscard]] byte_view network_bytes() const;                                       ///< 4 or 16 bytes

    [[nodiscard]] bool is_unspecified() const;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_multicast() const;  ///< or broadcast
    [[nodiscard]] bool is_link_local() const;

    auto operator<=>(const ip_address&) const = default;

private:
    std::array<std::uint8_t, 16> raw_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
    bool is_v4_ = true;
};

std::string to_string(const ip_address& address);

/// An address and a port.
struct endpoint {
    ip_address address;
    std::uint16_t port = 0;

    auto operator<=>(const endpoint&) const = default;
    explicit operator bool() const { return port != 0; }
};

/// "192.0.2.1:4000", "[2001:db8::1]:4000"
std::string to_string(const endpoint& where);
result<endpoint> parse_endpoint(std::string_view text);

/// A range of addresses, as "100.64.0.0/10".
struct ip_prefix {
    ip_address address;
    unsigned length = 0;  ///< bits: 0 to 32 or 128

    bool operator==(const ip_prefix&) const = default;
    [[nodiscard]] bool contains(const ip_address& other) const;
};

std::string to_string(const ip_prefix& prefix);
/// Bits beyond the length must be zero.
result<ip_prefix> parse_ip_prefix(std::string_view text);

/// The IPv4 address of a node in the VPN.
inline ip_address address_of(node_id id) {
    return ip_address::v4(id.value);
}

/// The IPv6 address of a node: the server's /64 ULA prefix (RFC 4193) with the node's identity in the last four bytes.
ip_address ula_of(const ip_prefix& ula, node_id id);

}  // namespace buri

template <>
struct std::hash<buri::ip_address> {
    std::size_t operator()(const buri::ip_address& address) const noexcept;
};
template <>
struct std::hash<buri::endpoint> {
    std::size_t operator()(const buri::endpoint& where) const noexcept;
};
