// Relay control and tokens, from anybody. What is accepted is written back byte for byte.
#include "buri/wire/relay_control.hpp"

#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

namespace {

void check_token(byte_view raw) {
    const auto token = wire::parse_relay_token(raw);
    if (!token) return;
    require(token->signature.size() == wire::relay_signature_size, "a signature has its size");
    require(wire::signed_part(token->claims) == token->signed_bytes, "what is signed is what is claimed");
    const auto again = wire::with_signature(token->claims, token->signature);
    require(std::ranges::equal(again, raw), "a token is written as it was read");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view datagram(data, size);
    check_token(datagram);
    const auto message = wire::parse_relay_message(datagram);
    if (!message) return 0;
    require(std::ranges::equal(wire::encode(*message), datagram), "a message is written as it was read");
    if (const auto* const bind = std::get_if<wire::relay_bind>(&*message)) check_token(bind->token);
    return 0;
}
