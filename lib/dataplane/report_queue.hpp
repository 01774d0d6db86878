#pragma once
// Reports on their way to the control thread, in a queue that neither strangers nor a talkative peer can fill.
#include "buri/dataplane/plane.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

namespace buri::dataplane {

class report_queue {
public:
    /// What anybody can cause takes this much of plane::max_reports at most.
    static constexpr std::size_t max_clear = 256;
    /// What a peer can cause with messages takes this much more.
    static constexpr std::size_t max_control = 512;
    static_assert(max_clear + max_control < plane::max_reports);

    /// `on_first` is called after a report went into the empty queue, on the thread that pushed it.
    explicit report_queue(std::function<void()> on_first) : on_first_(std::move(on_first)) {}

    /// Asked before a copy is made; without a lock.
    [[nodiscard]] bool has_room_for_clear() const { return clear_.load(std::memory_order_relaxed) < max_clear; }
    [[nodiscard]] bool has_room_for_control() const { return control_.load(std::memory_order_relaxed) < max_control; }
    /// False if there is no room. What happens once in an epoch or once at all always fits.
    bool push(report what);
    std::vector<report> take();

private:
    [[nodiscard]] bool has_room_for(const report& what) const;

    std::function<void()> on_first_;
    std::mutex mutex_;
    std::vector<report> waiting_;
    std::atomic<std::size_t> clear_{0};
    std::atomic<std::size_t> control_{0};
};

}  // namespace buri::dataplane
