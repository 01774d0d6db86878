#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/network_call.hpp"
#include "cli/passwords.hpp"
#include "cli/views.hpp"

namespace buri::cli {
namespace {

wire::json with_password(wire::json params, const std::optional<std::string>& password) {
    if (password) params["password"] = *password;
    return params;
}

}  // namespace

result<int> run_create(invocation& call) {
    auto password = given_password(call);
    if (!password) return fail(std::move(password.error()));
    if (call.has("--open") && *password) return fail(errc::usage, "--open means no password. Leave one of them out");
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto what = "cannot create " + to->quoted();
    if (!call.has("--open") && !*password) {
        auto asked = asked_password(call, to->name.text(), true);
        if (!asked) return fail(while_doing(what, std::move(asked.error())));
        *password = std::move(*asked);
    }
    const auto outcome = to->daemon.call("create", with_password(to->params(), *password));
    if (!outcome) return fail(while_doing(what, outcome.error()));
    return answer_change(call, to->name.text(), *outcome,
                         "created " + to->name.text() + ". Others join it with 'vpn join " + to->name.text() + "'.",
                         to->name.text() + " is yours already.");
}

result<int> run_leave(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto outcome = to->daemon.call("leave", to->params());
    if (!outcome && outcome.error().code != errc::not_a_member) {
        return fail(while_doing("cannot leave " + to->quoted(), outcome.error()));
    }
    return answer_change(call, to->name.text(), outcome ? *outcome : wire::json{{"changed", false}},
                         "left " + to->name.text() + ".", "not a member of " + to->name.text() + " already.");
}

result<int> run_delete(invocation& call) {
    auto to = prepare(call);
    if (!to) return fail(std::move(to.error()));
    const auto outcome = to->daemon.call("delete", to->params());
    if (!outcome) return fail(while_doing("cannot delete " + to->quoted(), outcome.error()));
    return answer_change(call, to->name.text(), *outcome, "deleted " + to->name.text() + ".",
                         to->name.text() + " is gone already.");
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
