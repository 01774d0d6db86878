#include "tests/bench/relay_tools/binder.hpp"

#include <netinet/in.h>

#include <iostream>

namespace buri::bench {

int run_pairs(std::uint16_t port, std::uint32_t pairs) {
    auto socket = udp::datagram_socket::open(0).value();
    const endpoint relay{ip_address::v4(INADDR_LOOPBACK), port};
    const auto address_of_node = [](std::uint32_t node) { return ip_address::v4(0x7f010000U + node); };
    for (std::uint32_t node = 1; node <= 2 * pairs; ++node)
        bind_node(socket, relay, node, address_of_node(node));
    if (ping_relay(socket, relay, address_of_node(1)).bindings == 0)
        throw std::runtime_error("the first node was forgotten before the last was bound");
    std::cout << "{\"bound\": " << 2 * pairs << "}\n";
    return 0;
}

}  // namespace buri::bench
