// What a server may send after AUTH OK.
#include "buri/wire/messages.hpp"
#include "tests/fuzz/require.hpp"

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = wire::parse_server_message({data, size});
    if (!parsed) return 0;
    const auto again = wire::parse_server_message(wire::encode(*parsed));
    require(again && *again == *parsed, "a message reads back as it was written");
    return 0;
}
