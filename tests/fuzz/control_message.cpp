// The first byte chooses the suite, the rest is a payload. What is accepted is written back byte for byte.
#include "buri/wire/handshake_messages.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view payload(data, size);
    const auto suites = all_suites();
    const auto suite = suites[fuzz::take_byte(payload) % suites.size()].id;
    const auto parsed = wire::parse_control_message(payload, suite);
    if (!parsed) return 0;
    const auto again = wire::encode(*parsed, suite);
    require(std::ranges::equal(again, payload), "a message is written as it was read");
    const auto short_form = wire::encode_unsigned(*parsed, suite);
    require(short_form.size() <= again.size() && std::equal(short_form.begin(), short_form.end(), again.begin()),
            "without its signature a message is its own beginning");
    return 0;
}
