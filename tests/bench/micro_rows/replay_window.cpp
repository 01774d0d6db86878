// Telling old packets from new ones.
#include "buri/crypto/replay_window.hpp"

#include "tests/bench/micro_rows/rows.hpp"

namespace buri::bench {
namespace {

constexpr std::size_t batch = 1024;

/// With `swapped`, the ids come as 1, 0, 3, 2 …
cost look_and_mark(bool swapped) {
    crypto::replay_window window;
    std::uint32_t next = 0;
    return measure(batch, [&](std::size_t) {
        const auto id = swapped ? next ^ 1U : next;
        ++next;
        if (window.is_fresh(id)) window.mark(id);
        keep_alive();
    });
}

const section replay("replay", [](table& out) {
    out.add({"ids in order", "", 0}, look_and_mark(false));
    out.add({"pairs swapped", "", 0}, look_and_mark(true));
});

}  // namespace
}  // namespace buri::bench
