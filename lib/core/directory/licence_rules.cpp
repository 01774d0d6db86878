// Installing a licence.
#include "buri/base/timestamp.hpp"
#include "buri/core/directory/plan_words.hpp"
#include "buri/core/directory/rule_parts.hpp"

#include <algorithm>

namespace buri::core {
namespace {

constexpr std::string_view doing = "install the licence";

/// 9999-12-31T23:59:59Z, the last that can be written and sent.
constexpr wall_time last_second =
    std::chrono::sys_days(std::chrono::year(10'000) / std::chrono::January / 1) - std::chrono::seconds(1);

/// The same day of the month so many months later, or the last day of a shorter month.
wall_time months_after(wall_time start, std::uint32_t months) {
    if (start >= last_second) return last_second;
    const auto day = std::chrono::floor<std::chrono::days>(start);
    const std::chrono::year_month_day date(day);
    auto later = date + std::chrono::months(static_cast<int>(months));
    if (!later.ok()) later = later.year() / later.month() / std::chrono::last;
    return std::min<wall_time>(std::chrono::sys_days(later) + (start - day), last_second);
}

/// What the directory knows of the licence, or what the key says of one that it does not know.
result<licence_record> unused(const rule_input& input, node_id actor, const std::string& key) {
    auto read = input.licences.read(key);
    if (!read) return read;
    if (read->only_for && read->only_for != actor) {
        return refuse(doing, errc::licence_invalid, "it was made for another node, " + to_string(read->only_for));
    }
    const auto* const known = input.records.licence(read->id);
    if (known != nullptr && known->used_by) {
        return refuse(doing, errc::licence_used,
                      known->used_by == actor ? "this node used it already"
                                              : "another node used it already; ask the operator of the server for "
                                                "another");
    }
    if (known != nullptr) return *known;
    read->made = input.today;
    return read;
}

}  // namespace

/// The plan from today for the licence's months, or from the end of the same plan while it runs. A plan without an end needs no
/// licence: errc::usage. errc::licence_invalid, licence_used, plan_unknown.
result<record_change> decide(const rule_input& input, node_id actor, const wire::install_licence& wish) {
    const auto* const account = input.records.account(actor);
    if (account == nullptr) return fail(errc::account_unknown);
    auto licence = unused(input, actor, wish.key);
    if (!licence) return fail(licence.error());
    if (input.plans.find(licence->plan) == nullptr) {
        return refuse(doing, errc::plan_unknown,
                      "the server has no plan '" + licence->plan + "' any more; ask its operator for another licence");
    }
    const bool is_same = account->plan == licence->plan;
    if (is_same && !account->plan_until) {
        return refuse(
            doing, errc::usage,
            "this node has the plan '" + licence->plan + "' without an end; keep the licence for another node");
    }
    const bool is_running = is_same && input.today < *account->plan_until;
    auto changed = *account;
    changed.plan = licence->plan;
    changed.plan_until = months_after(is_running ? *account->plan_until : input.today, licence->months);
    auto entry = audit_of(input, actor, wish.kind);
    entry.before = plan_in_words(*account);
    entry.after = plan_in_words(changed);
    licence->used_by = actor;
    licence->used = input.today;
    return record_change{put_account{std::move(changed)}, put_licence{std::move(*licence)},
                         put_audit{std::move(entry)}};
}

}  // namespace buri::core
