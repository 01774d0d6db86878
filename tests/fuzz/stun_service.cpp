// The first byte chooses who asks whom, the rest is a request. No answer is larger than it, but to the bare one.
#include "buri/core/stun_service.hpp"

#include "buri/wire/stun.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/seeded_random.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view request(data, size);
    const auto choice = fuzz::take_byte(request);
    test::seeded_random random(1);
    const auto own = ip_address::v4(0xc0000201U);
    const auto other = ip_address::v4(0xc0000202U);
    core::stun_addresses addresses;
    if ((choice & 1U) != 0) addresses.addresses = {own, other};
    if ((choice & 2U) != 0) addresses.ports = {17771, 17772};
    core::stun_service service(addresses, random);
    const endpoint local{(choice & 4U) != 0 ? own : other, 17771};
    const endpoint source{ip_address::v4(0xcb007101U), 4000};
    const auto answer = service.on_request(local, source, request, time_point{});
    if (!answer) return 0;
    require(wire::parse_stun_request(request).has_value(), "only a request is answered");
    require(answer->datagram.size() <= request.size() || request.size() == 20, "an answer is not larger");
    require(answer->to.address == source.address && answer->to.port != 0, "an answer goes to who asked");
    const bool is_own = answer->from == local || std::ranges::count(addresses.addresses, answer->from.address) > 0 ||
                        std::ranges::count(addresses.ports, answer->from.port) > 0;
    require(is_own, "an answer leaves from an own address");
    const auto parsed = wire::parse_stun_response(answer->datagram);
    if (parsed) require(parsed->mapped == source, "the mapped address is the source");
    return 0;
}
