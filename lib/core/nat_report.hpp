#pragma once
// What a node's NAT does, on the two axes of RFC 4787: a hint for the order in which things are tried, never a reason not to try.
#include "buri/base/endpoint.hpp"
#include "buri/base/nat_behaviour.hpp"
#include "buri/base/time_point.hpp"
#include "buri/wire/message_parts.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace buri::core {

using buri::nat_filtering;
using buri::nat_mapping;

struct nat_report {
    nat_mapping mapping = nat_mapping::unknown;
    nat_filtering filtering = nat_filtering::unknown;
    bool udp_works = true;             ///< false: no STUN server answers over UDP
    bool preserves_port = false;       ///< the mapped port is the host's own
    std::optional<int> step{};         ///< each new mapping's port is this much further: predictable
    std::optional<endpoint> mapped{};  ///< the newest mapping seen of the main socket
    std::vector<std::uint16_t>
        ports{};  ///< that mappings of the main socket got, oldest first: the NAT's pool shows in them
    std::optional<duration> lifetime{};  ///< a mapping is known to live at least this long without a packet
    bool is_cgn = false;  ///< the mapped address is not the gateway's external one, or that is in 100.64.0.0/10
    std::vector<endpoint> stun_servers{};       ///< that answer, of the family of `mapped`
    std::vector<wire::candidate> candidates{};  ///< that this node offers to its peers
    bool operator==(const nat_report&) const = default;

    /// Every destination sees the node at another port.
    [[nodiscard]] bool is_symmetric() const {
        return mapping == nat_mapping::address_dependent || mapping == nat_mapping::address_port_dependent;
    }
};

}  // namespace buri::core
