#include "buri/base/plan.hpp"
#include "buri/base/timestamp.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/printable.hpp"
#include "cli/server_call.hpp"
#include "cli/view_parts.hpp"
#include "cli/views.hpp"

#include <filesystem>

namespace buri::cli {
namespace {

constexpr unsigned most_licences = 1000;  // as the server takes in one call

tl::unexpected<error> is_missing(std::string_view option) {
    return fail(errc::usage, std::string(option) +
                                 " is missing. As in 'vpn server licence make --plan premium --for any --months 12'");
}

int answer_removal(const invocation& call, const wire::json& outcome, const std::string& what) {
    const bool changed = bool_of(outcome, "changed", true);
    call.answer({{"changed", changed}}, (changed ? "removed " : "gone already: ") + printable(what) + "\n");
    return 0;
}

}  // namespace

result<int> run_server_remove_account(invocation& call) {
    const auto node = call.argument("NODE");
    wire::json params{{"node", node}};
    if (call.has("--with-networks")) params["with_networks"] = true;
    const auto outcome = ask_server(call, "remove_account", params, "cannot remove the account '" + node + "'");
    if (!outcome) return fail(outcome.error());
    return answer_removal(call, *outcome, "the account " + node);
}

result<int> run_server_remove_network(invocation& call) {
    const auto network = call.argument("NETWORK");
    const auto outcome =
        ask_server(call, "remove_network", {{"network", network}}, "cannot remove the network '" + network + "'");
    if (!outcome) return fail(outcome.error());
    return answer_removal(call, *outcome, "the network " + network);
}

result<int> run_server_plan_set(invocation& call) {
    const auto node = call.argument("NODE");
    const auto plan = call.argument("PLAN");
    if (!is_plan_name(plan))
        return fail(errc::usage, "'" + plan + "' is not a plan's name. 'vpn server plan list' shows them");
    const auto until = call.moment("--until");
    if (!until) return fail(until.error());
    const bool is_default = plan == "default";
    if (is_default && *until) return fail(errc::usage, "the default plan has no end. Leave --until out");
    wire::json params{{"node", node}, {"plan", is_default ? "" : plan}};
    if (*until) params["until"] = to_rfc3339(**until);
    const auto outcome = ask_server(call, "set_plan", params, "cannot set the plan of '" + node + "'");
    if (!outcome) return fail(outcome.error());
    const auto end = text_of(*outcome, "until");
    const bool changed = bool_of(*outcome, "changed", true);
    call.answer(*outcome, printable(node) + " has the " + (is_default ? "default plan " : "plan ") +
                              text_of(*outcome, "plan") + (end.empty() ? "" : " until " + end) +
                              (changed ? " now.\n" : " already.\n"));
    return 0;
}

result<int> run_server_licence_make(invocation& call) {
    for (const auto* const option : {"--plan", "--for", "--months"}) {
        if (!call.has(option)) return is_missing(option);
    }
    const auto plan = call.argument("--plan");
    if (!is_plan_name(plan))
        return fail(errc::usage, "'" + plan + "' is not a plan's name. 'vpn server plan list' shows them");
    if (call.number("--count").value_or(1) > most_licences)
        return fail(errc::usage, "--count is 1000 at most. Make the others with another call");
    const wire::json params{{"plan", plan},
                            {"for", call.argument("--for")},
                            {"months", call.number("--months").value_or(1)},
                            {"count", call.number("--count").value_or(1)}};
    const auto outcome = ask_server(call, "make_licences", params, "cannot make licences");
    if (!outcome) return fail(outcome.error());
    std::string lines;
    for (const auto& key : array_of(*outcome, "licences")) {
        if (key.is_string()) lines += printable(key.get_ref<const std::string&>()) + "\n";
    }
    call.answer(*outcome, lines);
    return 0;
}

result<int> run_server_relay_add(invocation& call) {
    const auto name = call.argument("NAME");
    wire::json params{{"name", name}};
    if (call.has("--region")) params["region"] = call.argument("--region");
    const auto outcome = ask_server(call, "add_relay", params, "cannot add the relay '" + name + "'");
    if (!outcome) return fail(outcome.error());
    call.answer(*outcome, text_of(*outcome, "token") + "\n");
    return 0;
}

result<int> run_server_relay_remove(invocation& call) {
    const auto name = call.argument("NAME");
    const auto outcome = ask_server(call, "remove_relay", {{"name", name}}, "cannot remove the relay '" + name + "'");
    if (!outcome) return fail(outcome.error());
    return answer_removal(call, *outcome, "the relay " + name);
}

result<int> run_server_backup(invocation& call) {
    const auto file = std::filesystem::absolute(call.argument("FILE")).lexically_normal().string();
    const auto outcome = ask_server(call, "backup", {{"file", file}}, "cannot write a backup to " + file);
    if (!outcome) return fail(outcome.error());
    call.answer(*outcome, "wrote " + text_of(*outcome, "file") + ", " + bytes_text(*outcome, "bytes") +
                              ". 'vpn server restore' makes a server from it.\n");
    return 0;
}

result<int> run_server_reload(invocation& call) {
    const auto outcome = ask_server(call, "reload", wire::json::object(), "cannot reload");
    if (!outcome) return fail(outcome.error());
    const auto changed = names_text(array_of(*outcome, "changed"));
    const auto later = names_text(array_of(*outcome, "restart_needed"));
    std::string text = changed.empty() ? "nothing changed.\n" : "changed: " + changed + "\n";
    if (!later.empty()) text += "at the next start: " + later + "\n";
    call.answer(*outcome, text);
    return 0;
}

}  // namespace buri::cli
