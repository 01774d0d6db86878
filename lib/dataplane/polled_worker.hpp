#pragma once
// One direction of the data plane, as a thread runs it: alone, or in turn with the other where there is one core.
#include <poll.h>

#include <array>
#include <span>

namespace buri::dataplane {

class polled_worker {
public:
    static constexpr std::size_t max_descriptors = 3;
    using descriptors = std::array<int, max_descriptors>;

    polled_worker() = default;
    virtual ~polled_worker() = default;
    polled_worker(const polled_worker&) = delete;
    polled_worker& operator=(const polled_worker&) = delete;

    /// What it waits to read from.
    [[nodiscard]] virtual descriptors waits_for() const = 0;
    /// Does what there is to do, for a bounded time. `is_ready` as waits_for(). False when it is to end.
    virtual bool work(const std::array<bool, max_descriptors>& is_ready) = 0;
    /// It cannot go on: the thread's own poll() failed, or an interface is gone.
    virtual void fail(int code) = 0;
};

/// Until one of them ends.
void run_workers(std::span<polled_worker* const> workers);

}  // namespace buri::dataplane
