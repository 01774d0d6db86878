#include "buri/core/directory/plan_table.hpp"

#include <algorithm>

namespace buri::core {

plan_table::plan_table() : plan_table({free_plan(), premium_plan()}, "premium") {}

plan_table::plan_table(std::vector<plan> plans, std::string_view by_default)
    : plans_(std::move(plans)), default_(by_default) {}

const plan* plan_table::find(std::string_view name) const {
    const auto found = std::ranges::find(plans_, name, &plan::name);
    return found != plans_.end() ? &*found : nullptr;
}

const plan& plan_table::of(const account_record& account, wall_time today) const {
    const bool has_ended = account.plan_until && today >= *account.plan_until;
    const auto* const own = account.plan.empty() || has_ended ? nullptr : find(account.plan);
    return own != nullptr ? *own : by_default();
}

}  // namespace buri::core
