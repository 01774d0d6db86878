#pragma once
// The plans of a server, and which one an account has on a day.
#include "buri/base/plan.hpp"
#include "buri/base/records.hpp"

#include <string_view>
#include <vector>

namespace buri::core {

class plan_table {
public:
    /// free and premium, premium for whoever has no other: a server of one's own.
    plan_table();
    /// `plans` holds the default one.
    plan_table(std::vector<plan> plans, std::string_view by_default);

    /// Nothing if there is no plan of this name.
    [[nodiscard]] const plan* find(std::string_view name) const;
    [[nodiscard]] const plan& by_default() const { return *find(default_); }
    /// The default once the account's own has ended, or is not defined any more.
    [[nodiscard]] const plan& of(const account_record& account, wall_time today) const;
    [[nodiscard]] const std::vector<plan>& all() const { return plans_; }

private:
    std::vector<plan> plans_;
    std::string default_;
};

/// Whether one more than `present` fits under a plan's limit, where 0 is unlimited.
constexpr bool fits_one_more(std::size_t present, std::uint32_t limit) {
    return limit == 0 || present < limit;
}

}  // namespace buri::core
