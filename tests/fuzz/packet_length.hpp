#pragma once
// The length that an IP header tells, made to fit: random bytes would hardly ever be a whole packet.
#include "buri/dataplane/checksum.hpp"

namespace buri::fuzz {

inline void set_length(bytes& packet) {
    if (packet.size() >= 20 && packet[0] >> 4U == 4) dataplane::put_u16(byte_span(packet).subspan(2), packet.size());
    if (packet.size() >= 40 && packet[0] >> 4U == 6)
        dataplane::put_u16(byte_span(packet).subspan(4), packet.size() - 40);
}

}  // namespace buri::fuzz
