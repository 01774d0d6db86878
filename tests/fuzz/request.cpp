// What a node may send after AUTH OK.
#include "buri/wire/messages.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = wire::parse_request({data, size});
    if (parsed) {
        const auto again = wire::parse_request(wire::encode(*parsed));
        require(again && *again == *parsed, "a request reads back as it was written");
        return 0;
    }
    // The refusal is told to the node: it must arrive.
    const auto& why = parsed.error();
    const wire::error_answer refusal{static_cast<std::uint16_t>(why.why.code), why.why.text};
    require(!refusal.text.empty(), "a refusal says why");
    const auto told = wire::encode(wire::server_message(wire::numbered_answer{why.number, refusal}));
    require(wire::parse_server_message(told).has_value(), "a refusal arrives");
    return 0;
}
