// For comparison: what cannot be had for less.
#include "tests/bench/micro_rows/rows.hpp"

#include <cstring>

namespace buri::bench {
namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t slot = 1536;

const section memory("memory", [](table& out) {
    std::vector<unsigned char> from(batch * slot, 0x45);
    std::vector<unsigned char> to(batch * slot);
    for (const std::size_t size : {64U, 1400U}) {
        const auto copy = [&](std::size_t at) {
            std::memcpy(to.data() + at * slot, from.data() + at * slot, size);
            keep_alive();
        };
        out.add({"copy", "memcpy", size}, measure(batch, copy));
    }
    out.add({"read the clock", "steady_clock", 0}, measure(batch, [](std::size_t) {
                [[maybe_unused]] volatile auto now = std::chrono::steady_clock::now().time_since_epoch().count();
            }));
});

}  // namespace
}  // namespace buri::bench
