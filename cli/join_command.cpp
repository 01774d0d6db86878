#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/launch.hpp"
#include "cli/network_call.hpp"
#include "cli/passwords.hpp"
#include "daemon/invite_url.hpp"

#include <chrono>

namespace buri::cli {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr milliseconds start_patience{30'000};

/// A daemon that has been asked, and what it said.
struct joining {
    rpc_client daemon;
    std::string network;
    result<wire::json> outcome;
};

/// Without a password first: an open network needs none, and only the server knows which one is.
result<joining> join_by_name(const invocation& call, const std::string& text) {
    auto password = given_password(call);
    if (!password) return fail(std::move(password.error()));
    const auto name = network_name::parse(text);
    if (!name) return fail(name.error());
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    wire::json params{{"network", name->text()}};
    if (*password) params["password"] = **password;
    auto outcome = daemon->call("join", params);
    const bool wants_one =
        !outcome && (outcome.error().code == errc::password_missing || outcome.error().code == errc::password_wrong);
    if (!*password && wants_one) {
        const auto asked = asked_password(call, name->text(), false);
        if (!asked) return fail(while_doing("cannot join '" + name->text() + "'", asked.error()));
        params["password"] = *asked;
        outcome = daemon->call("join", params);
    }
    return joining{std::move(*daemon), name->text(), std::move(outcome)};
}

/// As 'vpn up --detach --wait' with the invite's server.
result<rpc_client> start_daemon(const invocation& call, const daemon::server_spec& server) {
    auto options = node_options(call);
    if (!options) return fail(std::move(options.error()));
    if (!call.has("--verbose")) options->level.reset();
    options->server = server;
    options->ready = daemon::ready_when::online;
    if (const auto up = go_up_detached(call, std::move(*options), plain_hooks(call), start_patience); !up)
        return fail(up.error());
    return rpc_client::connect(call.socket());
}

result<joining> join_by_invite(const invocation& call, const std::string& text) {
    if (call.has("--password-stdin") || call.has("--password-file"))
        return fail(errc::usage, "an invite takes the place of the password. Leave one of them out");
    const auto invite = daemon::parse_invite_url(text);
    if (!invite) return fail(invite.error());
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon && daemon.error().code == errc::daemon_not_running) daemon = start_daemon(call, invite->server);
    if (!daemon) return fail(std::move(daemon.error()));
    auto outcome = daemon->call("join", {{"invite", text}});
    return joining{std::move(*daemon), invite->network.text(), std::move(outcome)};
}

/// Follows events, so that neither the approval nor a rejection between two looks is missed.
result<void> wait_for_approval(const invocation& call, joining& to) {
    const auto limit = call.seconds("--wait");
    const auto end = clock::now() + limit.value_or(milliseconds(0));
    auto events = rpc_client::connect(call.socket());
    if (!events) return fail(std::move(events.error()));
    if (const auto started = events->call("events"); !started) return fail(started.error());
    while (true) {
        const auto network = to.daemon.call("network", {{"network", to.network}});
        if (network && !bool_of(*network, "waiting")) return {};
        if (!network &&
            (network.error().code == errc::not_a_member || network.error().code == errc::network_not_found)) {
            return fail(errc::not_awaiting, "the request was rejected, or taken back. Ask the owner, then join again");
        }
        if (!network) return fail(network.error());
        rpc_client::patience left;
        if (limit) left = std::max(std::chrono::ceil<milliseconds>(end - clock::now()), milliseconds(0));
        const auto event = events->next_event(left);
        if (!event && event.error().code == errc::timed_out) {
            return fail(errc::timed_out,
                        "nobody approved it in time. The request stays; 'vpn list' shows when it is approved");
        }
        if (!event) return fail(event.error());
    }
}

std::string text_of_join(const std::string& network, bool changed, bool waiting) {
    if (waiting) {
        return (changed ? "asked to join " : "asked already to join ") + network +
               "; waiting for approval. 'vpn list' shows when you are in.\n";
    }
    return changed ? "joined " + network + ". See its members with 'vpn list'.\n"
                   : "a member of " + network + " already.\n";
}

}  // namespace

result<int> run_join(invocation& call) {
    const auto text = call.argument("NETWORK|INVITE");
    const bool is_invite = text.find("://") != std::string::npos;
    auto to = is_invite ? join_by_invite(call, text) : join_by_name(call, text);
    if (!to) return fail(std::move(to.error()));
    const auto what = "cannot join '" + to->network + "'";
    if (!to->outcome) return fail(while_doing(what, to->outcome.error()));
    const bool changed = bool_of(*to->outcome, "changed", true);
    bool waiting = bool_of(*to->outcome, "waiting");
    const bool was_waiting = waiting && call.has("--wait");
    if (was_waiting) {
        call.remark("asked to join " + to->network + "; waiting for approval");
        if (const auto approved = wait_for_approval(call, *to); !approved)
            return fail(while_doing(what, approved.error()));
        waiting = false;
    }
    call.answer({{"network", to->network}, {"changed", changed}, {"waiting", waiting}},
                text_of_join(to->network, changed || was_waiting, waiting));
    return 0;
}

}  // namespace buri::cli
