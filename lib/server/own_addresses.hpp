#pragma once
#include "buri/core/mediator.hpp"
#include "buri/store/server_config.hpp"

namespace buri::server {

/// The addresses of this machine that are up, without loopback, link-local and multicast ones.
std::vector<ip_address> machine_addresses();

/// Where nodes find a server with this configuration on a machine with these addresses: `name` if it is an address (behind a NAT of
/// its own the machine does not know it), what `bind` names or stands for, and the other address last. Never one of the nodes'.
core::server_reach reach_of(const store::server_config& config, std::span<const ip_address> machine);

}  // namespace buri::server
