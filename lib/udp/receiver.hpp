#pragma once
// Datagrams in batches: recvmmsg(2), and UDP_GRO where the socket coalesces what it receives.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/udp/counter.hpp"
#include "buri/udp/datagram_socket.hpp"
#include "buri/udp/system_calls.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace buri::udp {

/// Datagrams that came one after another from one address to one of ours.
struct train {
    endpoint from;
    std::optional<ip_address> to;  ///< the own address; none if the kernel did not tell
    byte_span data;                ///< may be written: messages are opened in place
    std::size_t segment = 0;       ///< bytes of each datagram, but the last, which may be shorter; 0 of an empty one

    /// Of the datagrams.
    [[nodiscard]] std::size_t count() const { return segment == 0 ? 1 : (data.size() + segment - 1) / segment; }
};

struct receive_counters {
    counter calls;  ///< of recvmmsg
    counter trains;
    counter datagrams;
    counter truncated;  ///< trains that did not fit, or came without their sizes: dropped
};

class receiver {
public:
    static constexpr std::size_t messages = 8;
    /// No message is larger, coalesced or not.
    static constexpr std::size_t message_size = std::size_t{1} << 16U;

    /// `calls` outlives this.
    explicit receiver(system_calls& calls = system_calls::real());
    receiver(receiver&&) noexcept;
    receiver& operator=(receiver&&) noexcept;
    ~receiver();

    /// What waits, valid until the next call; empty if nothing does. What ICMP reports about earlier sends is not an
    /// error here.
    std::span<const train> receive(const datagram_socket& socket);

    /// Fewer than `messages` messages came: nothing waited when the last call returned.
    [[nodiscard]] bool is_drained() const;
    [[nodiscard]] const receive_counters& counters() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::udp
