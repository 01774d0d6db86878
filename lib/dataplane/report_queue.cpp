#include "buri/dataplane/report_queue.hpp"

#include <utility>

namespace buri::dataplane {

bool report_queue::has_room_for(const report& what) const {
    if (std::holds_alternative<epoch_confirmed>(what) || std::holds_alternative<plane_failed>(what)) return true;
    if (std::holds_alternative<clear_received>(what)) return has_room_for_clear();
    if (std::holds_alternative<control_received>(what)) return has_room_for_control();
    return waiting_.size() < plane::max_reports;
}

bool report_queue::push(report what) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        if (!has_room_for(what)) return false;
        if (std::holds_alternative<clear_received>(what)) ++clear_;
        if (std::holds_alternative<control_received>(what)) ++control_;
        first = waiting_.empty();
        waiting_.push_back(std::move(what));
    }
    if (first) on_first_();
    return true;
}

std::vector<report> report_queue::take() {
    const std::lock_guard lock(mutex_);
    clear_ = 0;
    control_ = 0;
    return std::exchange(waiting_, {});
}

}  // namespace buri::dataplane
