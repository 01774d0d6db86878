#pragma once
// What the data plane did, for status output.
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

}  // namespace buri::dataplane
