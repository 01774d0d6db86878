#pragma once
// What the data plane did and what the kernel does for it, for status output.
#include "buri/dataplane/tun_device.hpp"
#include "buri/udp/counter.hpp"

namespace buri::dataplane {

/// From the interface.
struct read_counters {
    udp::counter calls;      ///< that brought a packet
    udp::counter packets;    ///< as a link carries them
    udp::counter malformed;  ///< whose header (virtio_header) did not fit them
};

/// To the interface.
struct write_counters {
    udp::counter calls;
    udp::counter packets;
    udp::counter refused;  ///< calls that the kernel did not take
};

/// As of one moment; packets are as a link carries them.
struct plane_state {
    /// What so many calls carried.
    struct flow {
        std::uint64_t calls = 0;
        std::uint64_t packets = 0;
    };
    unsigned threads = 1;
    tun_offloads tun;
    bool segments = false;           ///< UDP_SEGMENT: many datagrams in one send
    bool coalesces = false;          ///< UDP_GRO: many in one receive
    std::size_t receive_buffer = 0;  ///< of the node's socket, bytes as the kernel counts them
    flow read;                       ///< from the interface
    flow sent;
    flow received;
    flow written;                 ///< to the interface
    std::uint64_t fallbacks = 0;  ///< sends of many that had to be made one by one
    std::uint64_t waits = 0;      ///< for room in the socket's buffer
    std::uint64_t refused = 0;    ///< datagrams and packets that the kernel did not take
    std::uint64_t truncated = 0;  ///< receives that did not fit
    std::uint64_t malformed = 0;  ///< reads whose header did not fit them
};

}  // namespace buri::dataplane
