#pragma once
// Datagrams between nodes (protocol section 4):
//
//     spi:u32  id:u32  payload         id = 0: clear, tag:u8 body; id >= 1: sealed
//
// The first two bits tell what a datagram is: 00 STUN, 01 relay control, 1x a tunnel's SPI.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/ids.hpp"
#include "buri/base/suite.hpp"
#include "buri/wire/handshake_messages.hpp"

#include <array>
#include <optional>
#include <variant>

namespace buri::wire {

inline constexpr std::size_t datagram_header_size = 8;
inline constexpr std::size_t punch_mac_size = 16;

enum class datagram_kind : std::uint8_t { stun, relay_control, tunnel_clear, tunnel_sealed, unknown };
datagram_kind classify(byte_view datagram);

struct datagram_header {
    spi to;
    std::uint32_t id = 0;
};
/// Nothing if shorter than a header. In place: it is asked of every datagram.
inline std::optional<datagram_header> parse_datagram_header(byte_view datagram) {
    if (datagram.size() < datagram_header_size) return std::nullopt;
    const auto raw = datagram.first<datagram_header_size>();
    const auto u32 = [&](std::size_t at) {
        return std::uint32_t{raw[at]} << 24U | std::uint32_t{raw[at + 1]} << 16U | std::uint32_t{raw[at + 2]} << 8U |
               std::uint32_t{raw[at + 3]};
    };
    return datagram_header{{u32(0)}, u32(4)};
}
/// Writes 8 bytes.
void write_datagram_header(const datagram_header& header, byte_span out);

enum class clear_tag : std::uint8_t { probe = 0x31, probe_ack = 0x32, ke1 = 0x41, ke2 = 0x42, ke3 = 0x43 };

using probe_nonce = std::array<std::uint8_t, 12>;

struct probe {  ///< nonce:bytes[12]
    probe_nonce nonce{};
    bool operator==(const probe&) const = default;
};
struct probe_ack {  ///< nonce, address seen: u8 family (4 or 6), u16 port, 4 or 16 bytes
    probe_nonce nonce{};
    endpoint seen;
    bool operator==(const probe_ack&) const = default;
};
struct ke1 {  ///< epoch:u8, Ni, Gi
    std::uint8_t epoch = 0;
    bytes nonce;
    bytes dh;
    bool operator==(const ke1&) const = default;
};
struct ke2 {  ///< epoch:u8, Nr, Gr, signature:var
    std::uint8_t epoch = 0;
    bytes nonce;
    bytes dh;
    bytes signature;
    bool operator==(const ke2&) const = default;
};
struct ke3 {  ///< epoch:u8, Ni, Gi, signature:var
    std::uint8_t epoch = 0;
    bytes nonce;
    bytes dh;
    bytes signature;
    bool operator==(const ke3&) const = default;
};

using clear_message = std::variant<probe, probe_ack, ke1, ke2, ke3>;

/// A clear datagram, parsed. `authenticated` is everything before the mac, `mac` the last 16 bytes; both are views into the
/// datagram and are empty for KE messages of suite 1, which have no mac.
struct clear_datagram {
    spi to;
    clear_message message;
    byte_view authenticated;
    byte_view mac;
};

std::optional<clear_datagram> parse_clear_datagram(byte_view datagram, suite_id suite);

/// The datagram without its mac.
bytes encode_clear_datagram(spi to, const clear_message& message, suite_id suite);

/// True if such a message ends with a mac: probes always, KE messages in suites >= 2.
bool has_punch_mac(const clear_message& message, suite_id suite);

/// What is inside a sealed datagram, by its first byte.
enum class inner_kind : std::uint8_t { keepalive, ipv4, ipv6, ethernet, control, unknown };
inner_kind classify_inner(byte_view plaintext);

inline constexpr std::uint8_t inner_control_byte = 0xf0;

}  // namespace buri::wire
