#pragma once
// A UDP socket of the node: both families where the machine has IPv6, non-blocking, with large buffers. Datagrams may
// be fragmented, but for those that are sent otherwise.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/result.hpp"
#include "buri/udp/segmentation.hpp"
#include "buri/udp/send_options.hpp"

#include <optional>

namespace buri::udp {

class datagram_socket {
public:
    /// errc::port_in_use if another program has the port.
    static result<datagram_socket> open(std::uint16_t port);
    /// Takes a bound socket of either family and sets its options; nothing, and closes it, if it is none.
    static std::optional<datagram_socket> adopt(int fd);
    datagram_socket(datagram_socket&&) noexcept;
    datagram_socket& operator=(datagram_socket&&) noexcept;
    ~datagram_socket();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] bool has_v6() const { return has_v6_; }

    /// Whether one call sends many datagrams of one size (UDP_SEGMENT).
    [[nodiscard]] bool segments() const { return segmenting_.works(); }
    [[nodiscard]] segmentation& segmenting() { return segmenting_; }
    /// Sizes that were refused are tried again: other links, other limits.
    void forget_limits() { segmenting_.forget_limits(); }
    /// From now on datagrams of one size from one address come in one piece (UDP_GRO), which receive() cannot take apart, but a
    /// receiver can. False if the kernel does not do that.
    bool coalesce_received();
    [[nodiscard]] bool coalesces() const { return coalesces_; }
    /// In bytes, as the kernel counts them; 0 if it does not tell.
    [[nodiscard]] std::size_t receive_buffer() const;

    struct received {
        endpoint from;
        std::size_t size = 0;
        std::optional<ip_address> to{};  ///< the own address that it came to
    };
    /// Nothing if no datagram waits. What ICMP reports about earlier sends is not an error here.
    std::optional<received> receive(byte_span into);
    send_outcome send(const endpoint& to, byte_view datagram, const send_options& how = {});

private:
    datagram_socket(int fd, std::uint16_t port, bool has_v6);
    send_outcome send_now(const endpoint& to, byte_view datagram, const send_options& how);

    int fd_ = -1;
    std::uint16_t port_ = 0;
    bool has_v6_ = false;
    bool coalesces_ = false;
    segmentation segmenting_;
};

}  // namespace buri::udp
