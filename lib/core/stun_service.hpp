#pragma once
// The server's side of STUN with RFC 5780's behaviour discovery: which answer leaves from where.
//
// No answer is larger than its request: attributes are left out of the answer to a short one. Only the bare request of 20 bytes,
// which old clients send, gets a larger one: the mapped address alone.
#include "buri/base/bytes.hpp"
#include "buri/base/endpoint.hpp"
#include "buri/base/random_source.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/relay/source_limit.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace buri::core {

/// Where the service listens, as clients reach it. RFC 5780 needs two addresses of a family and two ports; with less, what
/// would come from elsewhere is refused with error 420, as its section 6.1 says, but for a change of the port alone.
struct stun_addresses {
    std::vector<ip_address> addresses;  ///< the first two of each family count
    std::vector<std::uint16_t> ports;   ///< the first two count
    bool operator==(const stun_addresses&) const = default;
};

struct stun_answer {
    endpoint from;  ///< the local address and port that it leaves from
    endpoint to;
    bytes datagram;
};

class stun_service {
public:
    static constexpr source_rate rate{40, 20};

    stun_service(stun_addresses own, random_source& random);

    /// `local` is where the request came to. Nothing: no request, or too many from there.
    std::optional<stun_answer> on_request(const endpoint& local, const endpoint& source, byte_view datagram,
                                          time_point now);

    void set_addresses(stun_addresses own) { own_ = std::move(own); }

private:
    /// The service's other address of the same family, or its other port.
    [[nodiscard]] std::optional<ip_address> other_address(const ip_address& than) const;
    [[nodiscard]] std::optional<std::uint16_t> other_port(std::uint16_t than) const;

    stun_addresses own_;
    source_limit limit_;
};

}  // namespace buri::core
