#pragma once
// The node's one UDP socket: both families where the machine has IPv6, non-blocking, with large buffers.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"

#include <optional>

namespace buri::dataplane {

class udp_socket {
public:
    /// errc::port_in_use if another program has the port.
    static result<udp_socket> open(std::uint16_t port);
    udp_socket(udp_socket&&) noexcept;
    udp_socket& operator=(udp_socket&&) noexcept;
    ~udp_socket();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] bool has_v6() const { return has_v6_; }

    struct received {
        endpoint from;
        std::size_t size = 0;
    };
    /// Nothing if no datagram waits. What ICMP reports about earlier sends is not an error here.
    std::optional<received> receive(byte_span into);
    /// False if the kernel did not take it (no route, full buffer, no such family).
    bool send(const endpoint& to, byte_view datagram);

private:
    udp_socket(int fd, std::uint16_t port, bool has_v6) : fd_(fd), port_(port), has_v6_(has_v6) {}
    int fd_ = -1;
    std::uint16_t port_ = 0;
    bool has_v6_ = false;
};

}  // namespace buri::dataplane
