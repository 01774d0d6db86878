// What others see of a gateway_client.
#include "buri/core/port_mapping/gateway_client.hpp"

#include <algorithm>
#include <utility>

namespace buri::core {

bool gateway_client::is_any_held() const {
    return std::ranges::any_of(slots_, [](const slot& each) { return each.held.has_value(); });
}

bool gateway_client::is_any_leaving() const {
    return std::ranges::any_of(slots_, [](const slot& each) { return each.is_leaving; });
}

bool gateway_client::is_closed() const {
    return closes_ && !is_any_leaving();
}

std::optional<endpoint> gateway_client::external_of(const slot& which) const {
    if (!which.held) return std::nullopt;
    if (dialect_ == dialect::pcp) return which.held->external;
    if (!address_.known) return std::nullopt;
    return endpoint{*address_.known, which.held->external.port};
}

void gateway_client::add_mappings(std::vector<port_mapping>& out) const {
    for (const auto& each : slots_) {
        const auto external = external_of(each);
        if (external) out.push_back({each.protocol, dialect_, *external, each.held->lifetime, false});
    }
}

std::optional<ip_address> gateway_client::external_address() const {
    if (address_.known) return address_.known;
    for (const auto& each : slots_) {
        if (const auto external = external_of(each)) return external->address;
    }
    return std::nullopt;
}

const method_report& gateway_client::report_of(mapping_method method) const {
    return reports_[method == mapping_method::pcp ? 0 : 1];
}

void gateway_client::update_report() {
    if (!where_) return;
    auto& kept = reports_[dialect_ == dialect::pcp ? 0 : 1];
    auto present = present_report();
    // At rest, the outcome of the last round stays.
    if (present.state != method_state::not_asked) kept = std::move(present);
}

method_report gateway_client::present_report() const {
    for (const auto& each : slots_) {
        if (const auto external = external_of(each)) {
            return {method_state::mapped, "", *external, each.held->expires};
        }
    }
    for (const auto& each : slots_) {
        if (!each.refusal.empty()) return {method_state::refused, each.refusal, {}, {}};
    }
    if (!address_.refusal.empty()) return {method_state::refused, address_.refusal, {}, {}};
    if (is_silent_) return {method_state::no_answer, "", {}, {}};
    const bool is_asking =
        std::ranges::any_of(slots_, [](const slot& each) { return each.port != 0 && each.schedule.is_asking(); });
    return {is_asking ? method_state::asking : method_state::not_asked, "", {}, {}};
}

}  // namespace buri::core
