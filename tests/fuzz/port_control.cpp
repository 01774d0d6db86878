// Answers of a gateway, in PCP and NAT-PMP, from anybody.
#include "buri/wire/nat_pmp.hpp"
#include "buri/wire/pcp.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view datagram(data, size);
    const auto pcp = wire::parse_pcp_map(datagram);
    const auto pmp = wire::parse_nat_pmp(datagram);
    const bool is_announcement = wire::parse_pcp_announcement(datagram).has_value();
    require(!is_announcement || (!pcp && !pmp), "an announcement is no answer");
    require(!pcp || !pmp, "a datagram is of one protocol");
    const bool is_refused = wire::is_pcp_refused_by_version(datagram);
    if (pcp) {
        require(is_refused == (pcp->result == wire::pcp_result::unsupported_version), "refused by version");
        require(!wire::describe(pcp->result).empty(), "a result in words");
        const auto request = wire::encode_pcp_map(
            {pcp->external.address, pcp->lifetime, pcp->nonce, pcp->protocol, pcp->internal_port, pcp->external});
        require(request.size() == 60, "a request's size");
        require(!wire::parse_pcp_map(request), "a request is no response");
    }
    if (pmp) require(!wire::describe(pmp->result).empty(), "a result in words");
    return 0;
}
