#include "cli/administration_views.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/network_call.hpp"
#include "cli/printable.hpp"
#include "cli/privileges.hpp"
#include "cli/view_parts.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

enum class privilege_act { grant, revoke };

std::string privileges_text(privilege_act act, const std::string& peer, const std::string& network,
                            const wire::json& can, bool changed) {
    if (!can.empty())
        return peer + " can do in " + network + (changed ? " now: " : " already: ") + names_text(can) + "\n";
    // Nobody else has no privilege after some were given.
    if (act == privilege_act::grant) return peer + " owns " + network + " and can do everything in it already.\n";
    return peer + " is no administrator of " + network + (changed ? " any more.\n" : "; nothing changed.\n");
}

result<int> change_privileges(const invocation& call, privilege_act act, const wire::json& can) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto peer = call.argument("PEER");
    auto params = to->params();
    params["peer"] = peer;
    if (!can.is_null()) params["can"] = can;
    const auto outcome = to->daemon.call(act == privilege_act::grant ? "grant" : "revoke", params);
    if (!outcome) {
        return fail(while_doing("cannot change what '" + peer + "' can do in " + to->quoted(), outcome.error()));
    }
    const bool changed = bool_of(*outcome, "changed", true);
    const auto& now = array_of(*outcome, "can");
    const auto text = privileges_text(act, printable(peer), to->name.text(), now, changed);
    call.answer({{"network", to->name.text()},
                 {"peer", outcome->value("peer", wire::json())},
                 {"can", now},
                 {"changed", changed}},
                text);
    return 0;
}

/// transfer, or the heir's answer: what was asked for is one of four.
enum class transfer_act { offer, withdraw, accept, decline };

result<transfer_act> read_transfer(const invocation& call) {
    std::optional<transfer_act> found;
    int count = 0;
    const auto look = [&](const char* name, transfer_act act) {
        if (!call.has(name)) return;
        found = act;
        ++count;
    };
    look("PEER", transfer_act::offer);
    look("--withdraw", transfer_act::withdraw);
    look("--accept", transfer_act::accept);
    look("--decline", transfer_act::decline);
    if (count != 1) {
        return fail(
            errc::usage,
            "a transfer is one of PEER, --withdraw, --accept and --decline. Give exactly one, see 'vpn help transfer'");
    }
    return *found;
}

std::string transfer_text(const invocation& call, transfer_act act, const std::string& network, bool changed) {
    switch (act) {
        case transfer_act::offer:
            return (changed ? "offered " : "offered already: ") + network + " to " + printable(call.argument("PEER")) +
                   ", who accepts it with 'vpn transfer " + network + " --accept'.\n";
        case transfer_act::withdraw:
            return network + (changed ? " is offered to nobody any more.\n" : " is offered to nobody already.\n");
        case transfer_act::accept:
            return network + (changed ? " is yours now.\n" : " is yours already.\n");
        default:
            return network + (changed ? " stays with its owner.\n" : " was declined already.\n");
    }
}

}  // namespace

result<int> run_admin_grant(invocation& call) {
    const auto can = call.value("--can");
    if (!can) {
        return fail(
            errc::usage,
            "--can is missing. Name what the peer can do, as in 'vpn admin grant NETWORK PEER --can approve,evict'");
    }
    return change_privileges(call, privilege_act::grant, to_json(parse_privileges(*can).value_or(privilege_set())));
}

result<int> run_admin_revoke(invocation& call) {
    const auto can = call.value("--can");
    return change_privileges(call, privilege_act::revoke,
                             can ? to_json(parse_privileges(*can).value_or(privilege_set())) : wire::json());
}

result<int> run_admin_list(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto answer = to->daemon.call("admins", to->params());
    if (!answer) return fail(while_doing("cannot show the administrators of " + to->quoted(), answer.error()));
    const auto administrators = items_of(*answer, "admins");
    if (administrators.empty())
        call.remark("nobody but its owner administers " + to->name.text() + ". See 'vpn help admin grant'.");
    call.answer(administrators, administrators_view(administrators, call.colors()));
    return 0;
}

result<int> run_transfer(invocation& call) {
    const auto act = read_transfer(call);
    if (!act) return fail(act.error());
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    auto params = to->params();
    const bool is_answer = *act == transfer_act::accept || *act == transfer_act::decline;
    if (is_answer) params["accept"] = *act == transfer_act::accept;
    if (*act == transfer_act::offer) params["peer"] = call.argument("PEER");
    const auto outcome = to->daemon.call(is_answer ? "heir" : "transfer", params);
    if (!outcome) return fail(while_doing("cannot transfer " + to->quoted(), outcome.error()));
    const bool changed = bool_of(*outcome, "changed", true);
    wire::json document{{"network", to->name.text()}, {"changed", changed}};
    if (!is_answer) document["heir"] = outcome->value("heir", wire::json());
    call.answer(document, transfer_text(call, *act, to->name.text(), changed));
    return 0;
}

}  // namespace buri::cli
