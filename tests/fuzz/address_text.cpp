// Addresses, endpoints, ranges, names, hexadecimal and base64: what is accepted is shown in a form that reads back the same.
#include "buri/base/endpoint.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = to_string(byte_view(data, size));
    if (const auto id = parse_node_id(text)) require(parse_node_id(to_string(*id)) == *id, "node_id");
    if (const auto at = parse_endpoint(text)) require(parse_endpoint(to_string(*at)) == *at, "endpoint");
    if (const auto at = ip_address::parse(text)) require(ip_address::parse(to_string(*at)) == *at, "address");
    if (const auto range = parse_ip_prefix(text)) {
        require(parse_ip_prefix(to_string(*range)) == *range, "range");
        require(range->contains(range->address), "a range contains its own address");
    }
    if (const auto name = network_name::parse(text)) {
        require(name->text() == text && network_name::parse(name->key()) == *name, "network name");
    }
    require(parse_nickname(nickname_from(text)).has_value(), "a nickname made from any text is one");
    if (const auto raw = from_hex(text)) require(from_hex(to_hex(*raw)) == raw, "hexadecimal");
    if (const auto raw = from_base64(text)) require(from_base64(to_base64(*raw)) == raw, "base64");
    return 0;
}
