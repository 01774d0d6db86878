#include "tests/bench/relay_tools/binder.hpp"

#include <netinet/in.h>

#include <chrono>
#include <iostream>

namespace buri::bench {
namespace {

/// Nodes that say nothing for a minute are forgotten; signatures for all of them may take longer.
constexpr auto refresh_after = std::chrono::seconds(15);

ip_address address_of(std::uint32_t node) {
    return ip_address::v4(0x7f010000U + node);
}

/// Each of the nodes is heard once more. Throws if one was forgotten.
void refresh(udp::datagram_socket& socket, const endpoint& relay, std::uint32_t last) {
    for (std::uint32_t node = 1; node <= last; ++node) {
        if (ping_relay(socket, relay, address_of(node)).bindings == 0)
            throw std::runtime_error("the machine is too slow: a node was forgotten before the last was bound");
    }
}

}  // namespace

int run_pairs(std::uint16_t port, std::uint32_t pairs) {
    auto socket = udp::datagram_socket::open(0).value();
    const endpoint relay{ip_address::v4(INADDR_LOOPBACK), port};
    auto refreshed = std::chrono::steady_clock::now();
    for (std::uint32_t node = 1; node <= 2 * pairs; ++node) {
        bind_node(socket, relay, node, address_of(node));
        if (std::chrono::steady_clock::now() - refreshed < refresh_after) continue;
        refresh(socket, relay, node);
        refreshed = std::chrono::steady_clock::now();
    }
    refresh(socket, relay, 2 * pairs);
    std::cout << "{\"bound\": " << 2 * pairs << "}\n";
    return 0;
}

}  // namespace buri::bench
