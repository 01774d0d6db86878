#include "buri/dataplane/polled_worker.hpp"

#include <cerrno>
#include <vector>

namespace buri::dataplane {
namespace {

/// False when they are to end.
bool work_in_turn(std::span<polled_worker* const> workers, std::span<const pollfd> polled) {
    for (auto* const one : workers) {
        std::array<bool, polled_worker::max_descriptors> is_ready{};
        for (std::size_t i = 0; i < is_ready.size(); ++i)
            is_ready[i] = polled[i].revents != 0;
        if (!one->work(is_ready)) return false;
        polled = polled.subspan(is_ready.size());
    }
    return true;
}

}  // namespace

void run_workers(std::span<polled_worker* const> workers) {
    std::vector<pollfd> polled;
    for (const auto* const one : workers) {
        for (const auto fd : one->waits_for())
            polled.push_back({fd, POLLIN, 0});
    }
    for (;;) {
        if (::poll(polled.data(), polled.size(), -1) < 0) {
            if (errno == EINTR) continue;
            return workers.front()->fail(errno);
        }
        if (!work_in_turn(workers, polled)) return;
    }
}

}  // namespace buri::dataplane
