#pragma once
// What nodes and relays say to each other (protocol section 6), in datagrams of their own:
//
//     0x42555249  tag:u8  body
//
// A cookie proves that its holder receives at the address it sends from; PONG gives it. No answer is longer than what it answers.
#include "buri/base/bytes.hpp"
#include "buri/base/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

namespace buri::wire {

using relay_nonce = std::array<std::uint8_t, 8>;
using relay_cookie = std::array<std::uint8_t, 8>;

enum class relay_tag : std::uint8_t { bind = 1, bind_ok = 2, bind_err = 3, ping = 4, pong = 5 };

struct relay_bind {  ///< cookie, token:var
    relay_cookie cookie{};
    bytes token;
    bool operator==(const relay_bind&) const = default;
};
struct relay_bind_ok {  ///< spi:u32, seconds:u16
    spi bound;
    std::uint16_t seconds = 0;  ///< to be bound again within; anything from the node's address does as well
    bool operator==(const relay_bind_ok&) const = default;
};
struct relay_bind_err {  ///< spi:u32, code:u16 (a number of the table of errors)
    spi refused;
    std::uint16_t code = 0;
    bool operator==(const relay_bind_err&) const = default;
};
struct relay_ping {  ///< nonce, 12 bytes of zero: as long as PONG
    relay_nonce nonce{};
    bool operator==(const relay_ping&) const = default;
};
struct relay_pong {  ///< nonce, cookie, bindings:u32
    relay_nonce nonce{};
    relay_cookie cookie{};
    std::uint32_t bindings = 0;  ///< of the node that is bound from where PING came
    bool operator==(const relay_pong&) const = default;
};
using relay_message = std::variant<relay_bind, relay_bind_ok, relay_bind_err, relay_ping, relay_pong>;

/// Nothing unless it is exactly one of these.
std::optional<relay_message> parse_relay_message(byte_view datagram);
bytes encode(const relay_message& message);

/// Leave to bind an SPI: version:u8 = 1, relay:u32, node:u32, spi:u32, kbit:u32, expires:u64, signature:bytes[64]. The server's
/// Ed25519 key signs "buri relay token" and all before the signature.
struct relay_token {
    std::uint32_t relay = 0;
    node_id node;
    spi in;
    std::uint32_t kbit = 0;     ///< kbit/s that the node may send through relays; 0: unlimited
    std::uint64_t expires = 0;  ///< seconds since 1970
    bool operator==(const relay_token&) const = default;
};
inline constexpr std::size_t relay_signature_size = 64;
inline constexpr std::size_t relay_token_size = 1 + 4 + 4 + 4 + 4 + 8 + relay_signature_size;

struct signed_relay_token {
    relay_token claims;
    bytes signed_bytes;  ///< the label and what follows it
    byte_view signature;
};
/// What the server signs.
bytes signed_part(const relay_token& token);
bytes with_signature(const relay_token& token, byte_view signature);
/// Nothing unless it has this form. The signature is not looked at; its view points into `token`.
std::optional<signed_relay_token> parse_relay_token(byte_view token);

/// Datagrams in a stream: a u32 size before each.
inline constexpr std::size_t max_framed_datagram = 65'535;

}  // namespace buri::wire
