#pragma once
// What errno says of a socket for datagrams, where that is not about the datagram at hand.
#include <cerrno>

namespace buri::udp {

/// Errors that ICMP left on the socket are taken off one at a time; more than these in a row wait for the next wake-up.
inline constexpr int max_pending_errors = 16;

/// What ICMP says about an earlier send, to whichever peer: it must not end the work for all the others.
inline bool is_from_icmp(int code) {
    return code == ECONNREFUSED || code == EHOSTUNREACH || code == ENETUNREACH || code == EHOSTDOWN ||
           code == ENETDOWN || code == ECONNRESET || code == EPROTO || code == ENOPROTOOPT || code == EMSGSIZE ||
           code == EOPNOTSUPP || code == EACCES || code == EPERM || code == EINTR;
}

/// The source that was named is perhaps not an own address. IPv4 says "unreachable" of such a one.
inline bool is_about_source(int code) {
    return code == EINVAL || code == EADDRNOTAVAIL || code == ENETUNREACH;
}

}  // namespace buri::udp
