// From a packet's destination to its tunnel, among 10,000 peers.
#include "buri/dataplane/snapshot.hpp"
#include "tests/bench/micro_rows/rows.hpp"

namespace buri::bench {
namespace {

using namespace dataplane;

constexpr std::uint32_t peers = 10'000;
constexpr std::size_t batch = 1024;
constexpr std::uint32_t first_peer = 0x64400001;

snapshot full_table() {
    snapshot out;
    for (std::uint32_t i = 0; i < peers; ++i) {
        const auto link = std::make_shared<peer_link>();
        link->peer = {first_peer + i * 7};
        link->in = {0x8000'0000U + (i * 0x9e37U << 2U)};
        out.add(link);
        out.route(link->peer, link->in);
    }
    return out;
}

const section routes("routes", [](table& out) {
    const auto table_of_peers = full_table();
    volatile const peer_link* found = nullptr;
    std::uint32_t next = 1;
    const auto look_up = [&](std::uint32_t number) {
        found = table_of_peers.find(node_id{first_peer + number % peers * 7});
    };
    out.add({"another peer each time", "10,000 peers", 0},
            measure(batch, [&](std::size_t) { look_up(next = next * 1'664'525 + 1'013'904'223); }));
    out.add({"the same peer", "10,000 peers", 0}, measure(batch, [&](std::size_t) { look_up(77); }));
    out.add({"a stranger", "10,000 peers", 0}, measure(batch, [&](std::size_t at) {
                found = table_of_peers.find(node_id{static_cast<std::uint32_t>(at)});
            }));
});

}  // namespace
}  // namespace buri::bench
