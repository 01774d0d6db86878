#pragma once
#include <cstdint>

namespace buri {

/// Where datagrams of a port end that ask for an answer.
enum class datagram_fate : std::uint8_t {
    unknown,      ///< it cannot be seen from here
    answered,     ///< nowhere
    refused_out,  ///< this machine's firewall does not let them leave
    dropped_in,   ///< the answer has come to this machine, and not through its firewall
    silent        ///< no answer has come to this machine
};

}  // namespace buri
