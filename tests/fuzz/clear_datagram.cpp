// The first byte chooses the suite, the rest is a datagram. What is accepted is written back byte for byte.
#include "buri/wire/datagram.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>

using namespace buri;
using buri::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_view datagram(data, size);
    const auto suites = all_suites();
    const auto suite = suites[fuzz::take_byte(datagram) % suites.size()].id;
    wire::classify_inner(datagram);
    const auto kind = wire::classify(datagram);
    if (const auto header = wire::parse_datagram_header(datagram)) {
        std::array<std::uint8_t, wire::datagram_header_size> again{};
        wire::write_datagram_header(*header, again);
        require(std::ranges::equal(again, datagram.first(again.size())), "a header is written as it was read");
    }
    const auto parsed = wire::parse_clear_datagram(datagram, suite);
    if (!parsed) return 0;
    require(kind == wire::datagram_kind::tunnel_clear, "a clear datagram is classified as one");
    require(parsed->mac.empty() != wire::has_punch_mac(parsed->message, suite), "a mac is there where it must be");
    auto again = wire::encode_clear_datagram(parsed->to, parsed->message, suite);
    if (!parsed->mac.empty()) require(std::ranges::equal(again, parsed->authenticated), "the mac covers all before it");
    append(again, parsed->mac);
    require(std::ranges::equal(again, datagram), "a datagram is written as it was read");
    return 0;
}
