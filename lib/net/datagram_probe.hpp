#pragma once
// Where datagrams of a port end: in this machine's firewall on the way out, there on the way in, or in the network.
//
// A request is sent from the port as its owner would. A packet socket sees the answer before the firewall, a raw socket behind it. The
// owner of the port gets a copy too. IPv4 only; needs CAP_NET_RAW.
#include "buri/base/datagram_fate.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"

#include <asio/awaitable.hpp>

#include <cstdint>

namespace buri::net {

/// Asks a STUN server. Takes as long as `patience` if no answer gets through.
asio::awaitable<datagram_fate> async_probe_datagrams(std::uint16_t own_port, endpoint server, duration patience,
                                                     random_source& random);

}  // namespace buri::net
