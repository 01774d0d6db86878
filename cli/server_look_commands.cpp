#include "cli/handlers.hpp"
#include "cli/server_call.hpp"
#include "cli/server_views.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

using view = std::string (*)(const wire::json& answer, const palette& colors);

result<int> show(const invocation& call, const char* method, const wire::json& params, const std::string& what,
                 view shown) {
    const auto answer = ask_server(call, method, params, what);
    if (!answer) return fail(answer.error());
    call.answer(*answer, shown(*answer, call.colors()));
    return 0;
}

result<int> show_list(const invocation& call, const char* method, const std::string& what, view shown,
                      std::string_view none) {
    const auto answer = ask_server(call, method, wire::json::object(), what);
    if (!answer) return fail(answer.error());
    const auto items = items_of(*answer, method);
    if (items.empty()) call.remark(none);
    call.answer(items, shown(items, call.colors()));
    return 0;
}

}  // namespace

result<int> run_server_status(invocation& call) {
    return show(call, "status", wire::json::object(), "cannot show the status", server_status_view);
}

result<int> run_server_accounts(invocation& call) {
    return show_list(call, "accounts", "cannot list accounts", accounts_view, "no accounts yet.");
}

result<int> run_server_account(invocation& call) {
    const auto node = call.argument("NODE");
    return show(call, "account", {{"node", node}}, "cannot show the account '" + node + "'", account_view);
}

result<int> run_server_networks(invocation& call) {
    return show_list(call, "networks", "cannot list networks", server_networks_view, "no networks yet.");
}

result<int> run_server_network(invocation& call) {
    const auto network = call.argument("NETWORK");
    return show(call, "network", {{"network", network}}, "cannot show the network '" + network + "'",
                server_network_view);
}

result<int> run_server_plan_list(invocation& call) {
    return show_list(call, "plans", "cannot list plans", plans_view, "no plans.");
}

result<int> run_server_licence_list(invocation& call) {
    return show_list(call, "licences", "cannot list licences", licences_view, "no licences were made.");
}

result<int> run_server_relay_list(invocation& call) {
    return show_list(call, "relays", "cannot list relays", fleet_view, "no relays.");
}

}  // namespace buri::cli
