// Requests and responses, from anybody.
#include "buri/wire/stun.hpp"

#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view datagram(data, size);
    const auto request = wire::parse_stun_request(datagram);
    if (request) require(wire::parse_stun_request(wire::encode_stun_request(*request)) == request, "request");
    const auto response = wire::parse_stun_response(datagram);
    if (!response) return 0;
    require(!request, "a response is no request");
    require(response->mapped.port != 0, "a mapped address has a port");
    const auto again = wire::encode_stun_response(*response);
    require(wire::parse_stun_response(again) == response, "response");
    return 0;
}
