#pragma once
// Nodes that bind themselves at a relay on this machine.
#include "buri/udp/datagram_socket.hpp"
#include "tests/bench/relay_tools/commands.hpp"

#include <poll.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace buri::bench {

/// What the relay answers to the socket, or to this own address of it if one is given. Throws if it does not.
inline wire::relay_message ask_relay(udp::datagram_socket& socket, const endpoint& relay, const bytes& request,
                                     const std::optional<ip_address>& from) {
    std::array<std::uint8_t, 256> room{};
    for (int attempt = 0; attempt < 10; ++attempt) {
        if (socket.send(relay, request, {.from = from}) != udp::send_outcome::taken) continue;
        pollfd polled{socket.fd(), POLLIN, 0};
        if (::poll(&polled, 1, 1'000) != 1) continue;
        const auto got = socket.receive(room);
        const auto answer = got ? wire::parse_relay_message(byte_view(room).first(got->size)) : std::nullopt;
        if (answer) return *answer;
    }
    throw std::runtime_error("the relay does not answer");
}

inline wire::relay_pong ping_relay(udp::datagram_socket& socket, const endpoint& relay,
                                   const std::optional<ip_address>& from) {
    return std::get<wire::relay_pong>(ask_relay(socket, relay, wire::encode(wire::relay_ping{{1}}), from));
}

/// Binds the node's SPI. Throws if the relay refuses.
inline void bind_node(udp::datagram_socket& socket, const endpoint& relay, std::uint32_t node,
                      const std::optional<ip_address>& from = {}) {
    const auto cookie = ping_relay(socket, relay, from).cookie;
    const auto request = wire::encode(wire::relay_bind{cookie, token_for(node, spi_of(node))});
    const auto answer = ask_relay(socket, relay, request, from);
    if (!std::holds_alternative<wire::relay_bind_ok>(answer)) throw std::runtime_error("the relay refuses to bind");
}

}  // namespace buri::bench
