#pragma once
// Endpoints as the kernel's sockets take and give them.
#include "buri/base/endpoint.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace buri::udp {

union socket_address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

/// Length in bytes; 0 if a socket of this family cannot reach it.
socklen_t write_address(const endpoint& to, bool v6_socket, socket_address& out);
endpoint read_address(const socket_address& from);

in_addr to_kernel(const ip_address& v4);
in6_addr to_kernel_v6(const ip_address& either);
ip_address from_kernel(const in_addr& address);
ip_address from_kernel(const in6_addr& address);

}  // namespace buri::udp
