#include "buri/base/timestamp.hpp"
#include "cli/administration_views.hpp"
#include "cli/complaint.hpp"
#include "cli/given_text.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/network_call.hpp"
#include "cli/printable.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

/// What is done to a peer of a network, and how it is told.
struct peer_act {
    const char* method;
    std::string_view done;     ///< "approved PEER in NETWORK": the capitals are filled in
    std::string_view already;  ///< the same
};

std::string filled_in(std::string_view pattern, std::string_view peer, std::string_view network) {
    std::string out(pattern);
    out.replace(out.find("PEER"), 4, peer);
    out.replace(out.rfind("NETWORK"), 7, network);
    return out;
}

result<int> act_on_peer(const invocation& call, const peer_act& act, wire::json params = wire::json::object()) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto peer = call.argument("PEER");
    params["network"] = to->name.text();
    params["peer"] = peer;
    const auto outcome = to->daemon.call(act.method, params);
    if (!outcome) {
        return fail(
            while_doing("cannot " + std::string(act.method) + " '" + peer + "' in " + to->quoted(), outcome.error()));
    }
    const bool changed = bool_of(*outcome, "changed", true);
    const wire::json document{
        {"network", to->name.text()}, {"peer", outcome->value("peer", wire::json())}, {"changed", changed}};
    call.answer(document, filled_in(changed ? act.done : act.already, printable(peer), to->name.text()) + "\n");
    return 0;
}

}  // namespace

result<int> run_requests(invocation& call) {
    wire::json params = wire::json::object();
    if (const auto only = call.value("NETWORK")) {
        const auto name = network_name::parse(*only);
        if (!name) return fail(name.error());
        params["network"] = name->text();
    }
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("requests", params);
    if (!answer) {
        const auto where = params.empty() ? "" : " in '" + text_of(params, "network") + "'";
        return fail(while_doing("cannot show who waits" + where, answer.error()));
    }
    const auto requests = items_of(*answer, "requests");
    if (requests.empty()) {
        call.remark(params.empty() ? "nobody waits for approval where this node may approve."
                                   : "nobody waits for approval.");
    }
    call.answer(requests, requests_view(requests, call.colors()));
    return 0;
}

result<int> run_approve(invocation& call) {
    return act_on_peer(call, {"approve", "PEER is a member of NETWORK now.", "PEER is a member of NETWORK already."});
}

result<int> run_reject(invocation& call) {
    return act_on_peer(call, {"reject", "rejected PEER. It may ask again; 'vpn ban' keeps it out of NETWORK.",
                              "PEER does not wait in NETWORK already."});
}

result<int> run_evict(invocation& call) {
    return act_on_peer(call, {"evict", "evicted PEER. It may join again; 'vpn ban' keeps it out of NETWORK.",
                              "PEER is not in NETWORK already."});
}

result<int> run_ban(invocation& call) {
    wire::json params = wire::json::object();
    if (const auto given = call.value("--reason")) {
        const auto reason = given_text(call, *given, longest_reason);
        if (!reason) return fail(reason.error());
        if (reason->find_first_of("\n\t") != std::string::npos)
            return fail(errc::text_invalid, "the reason has more than one line, or tabs. Write it on one line");
        params["reason"] = *reason;
    }
    const auto until = call.moment("--until");
    if (!until) return fail(until.error());
    if (*until) params["until"] = to_rfc3339(**until);
    const std::string end = *until ? " until " + to_rfc3339(**until) : "";
    const auto done = "banned PEER from NETWORK" + end + ".";
    const auto already = "PEER is banned from NETWORK already" + end + ".";
    return act_on_peer(call, {"ban", done, already}, std::move(params));
}

result<int> run_unban(invocation& call) {
    return act_on_peer(call, {"unban", "PEER may join NETWORK again.", "PEER is not banned from NETWORK already."});
}

result<int> run_bans(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto answer = to->daemon.call("bans", to->params());
    if (!answer) return fail(while_doing("cannot show the bans of " + to->quoted(), answer.error()));
    const auto bans = items_of(*answer, "bans");
    if (bans.empty()) call.remark("nobody is banned from " + to->name.text() + ".");
    call.answer(bans, bans_view(bans, call.colors()));
    return 0;
}

}  // namespace buri::cli
