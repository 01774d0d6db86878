#pragma once
// As much of TURN (RFC 8656) as it takes to have datagrams carried: an allocation without credentials, and a channel to one peer.
#include "buri/udp/datagram_socket.hpp"
#include "buri/wire/writer.hpp"

#include <poll.h>

#include <array>
#include <stdexcept>

namespace buri::bench {

inline constexpr std::uint16_t turn_channel = 0x4000;
/// Channel and length, before each datagram.
inline constexpr std::size_t turn_header_size = 4;

namespace turn {

inline constexpr std::uint32_t cookie = 0x2112a442;
inline constexpr std::uint16_t allocate = 0x0003;
inline constexpr std::uint16_t bind_channel = 0x0009;

/// Throws unless the server agrees.
inline void ask(udp::datagram_socket& socket, const endpoint& server, std::uint16_t method, const bytes& attributes) {
    wire::writer out;
    out.u16(method).u16(static_cast<std::uint16_t>(attributes.size())).u32(cookie);
    out.u32(1).u32(2).u32(method).raw(attributes);
    std::array<std::uint8_t, 1'024> room{};
    pollfd polled{socket.fd(), POLLIN, 0};
    if (socket.send(server, out.data()) != udp::send_outcome::taken || ::poll(&polled, 1, 5'000) != 1)
        throw std::runtime_error("the TURN server does not answer");
    const auto got = socket.receive(room);
    const auto kind = got ? room[0] << 8U | room[1] : 0;
    if (kind != (method | 0x0100)) throw std::runtime_error("the TURN server refuses");
}

}  // namespace turn

/// What goes through the channel comes to `peer`, an IPv4 address.
inline void open_turn_channel(udp::datagram_socket& socket, const endpoint& server, const endpoint& peer) {
    wire::writer transport;
    transport.u16(0x0019).u16(4).u32(17U << 24U);
    turn::ask(socket, server, turn::allocate, transport.take());
    wire::writer channel;
    channel.u16(0x000c).u16(4).u32(std::uint32_t{turn_channel} << 16U);
    channel.u16(0x0012).u16(8).u16(0x0001).u16(static_cast<std::uint16_t>(peer.port ^ turn::cookie >> 16U));
    channel.u32(peer.address.v4_value() ^ turn::cookie);
    turn::ask(socket, server, turn::bind_channel, channel.take());
}

}  // namespace buri::bench
