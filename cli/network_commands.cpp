#include "buri/base/ids.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/passwords.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

struct network_call {
    network_name name;
    rpc_client daemon;
};

/// What all of them need, in the order that tells a mistake before it asks for anything.
result<network_call> prepare(const invocation& call) {
    auto name = network_name::parse(call.argument("NETWORK"));
    if (!name) return fail(std::move(name.error()));
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    return network_call{std::move(*name), std::move(*daemon)};
}

wire::json params_of(const network_name& name, const std::optional<std::string>& password = {}) {
    wire::json params{{"network", name.text()}};
    if (password) params["password"] = *password;
    return params;
}

int say(const invocation& call, const network_name& name, const wire::json& outcome, std::string_view done,
        std::string_view already) {
    const bool changed = bool_of(outcome, "changed", true);
    wire::json document{{"network", name.text()}, {"changed", changed}};
    call.answer(document, std::string(changed ? done : already) + "\n");
    return 0;
}

std::string quoted(const network_name& name) {
    return "'" + name.text() + "'";
}

/// Without a password first: an open network needs none, and only the server knows which one is.
result<wire::json> join(const invocation& call, network_call& to, std::optional<std::string> password) {
    auto outcome = to.daemon.call("join", params_of(to.name, password));
    const bool wants_one =
        !outcome && (outcome.error().code == errc::password_missing || outcome.error().code == errc::password_wrong);
    if (password || !wants_one) return outcome;
    const auto asked = asked_password(call, to.name.text(), false);
    if (!asked) return fail(asked.error());
    return to.daemon.call("join", params_of(to.name, *asked));
}

}  // namespace

result<int> run_create(invocation& call) {
    auto password = given_password(call);
    if (!password) return fail(std::move(password.error()));
    if (call.has("--open") && *password) return fail(errc::usage, "--open means no password. Leave one of them out");
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto what = "cannot create " + quoted(to->name);
    if (!call.has("--open") && !*password) {
        auto asked = asked_password(call, to->name.text(), true);
        if (!asked) return fail(while_doing(what, std::move(asked.error())));
        *password = std::move(*asked);
    }
    const auto outcome = to->daemon.call("create", params_of(to->name, *password));
    if (!outcome) return fail(while_doing(what, outcome.error()));
    return say(call, to->name, *outcome,
               "created " + to->name.text() + ". Others join it with 'vpn join " + to->name.text() + "'.",
               to->name.text() + " is yours already.");
}

result<int> run_join(invocation& call) {
    auto password = given_password(call);
    if (!password) return fail(std::move(password.error()));
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto outcome = join(call, *to, std::move(*password));
    if (!outcome) return fail(while_doing("cannot join " + quoted(to->name), outcome.error()));
    return say(call, to->name, *outcome, "joined " + to->name.text() + ". See its members with 'vpn list'.",
               "a member of " + to->name.text() + " already.");
}

result<int> run_leave(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto outcome = to->daemon.call("leave", params_of(to->name));
    if (!outcome && outcome.error().code != errc::not_a_member) {
        return fail(while_doing("cannot leave " + quoted(to->name), outcome.error()));
    }
    return say(call, to->name, outcome ? *outcome : wire::json{{"changed", false}}, "left " + to->name.text() + ".",
               "not a member of " + to->name.text() + ".");
}

result<int> run_delete(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto outcome = to->daemon.call("delete", params_of(to->name));
    if (!outcome) return fail(while_doing("cannot delete " + quoted(to->name), outcome.error()));
    return say(call, to->name, *outcome, "deleted " + to->name.text() + ".", to->name.text() + " is gone already.");
}

result<int> run_list(invocation& call) {
    const auto only = call.value("NETWORK");
    if (only) {
        if (const auto name = network_name::parse(*only); !name) return fail(name.error());
    }
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = only ? daemon->call("network", {{"network", *only}}) : daemon->call("networks");
    if (!answer)
        return fail(while_doing(only ? "cannot show '" + *only + "'" : "cannot list networks", answer.error()));
    const auto networks = only ? wire::json::array({*answer}) : items_of(*answer, "networks");
    const auto status = daemon->call("status");
    if (!status) return fail(while_doing("cannot list networks", status.error()));
    if (networks.empty()) call.remark("no networks. Make one with 'vpn create NAME' or join one with 'vpn join NAME'.");
    call.answer(networks, networks_view(networks, *status, call.colors()));
    return 0;
}

}  // namespace buri::cli
