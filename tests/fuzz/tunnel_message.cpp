// What a peer may send inside a tunnel that is not a packet.
#include "buri/wire/datagram.hpp"
#include "buri/wire/messages.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view inner(data, size);
    const auto parsed = wire::parse_tunnel_message(inner);
    if (!parsed) return 0;
    require(wire::classify_inner(inner) == wire::inner_kind::control, "a message is classified as one");
    const auto again = wire::parse_tunnel_message(wire::encode(*parsed));
    require(again && *again == *parsed, "a message reads back as it was written");
    return 0;
}
