#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/rpc_client.hpp"

#include <chrono>
#include <string>

namespace buri::cli {
namespace {

constexpr std::size_t longest_key = 1024;

result<std::string> given_licence(const invocation& call) {
    auto key = call.argument("KEY");
    if (key == "-") std::getline(call.around().in, key);
    key.erase(key.find_last_not_of(" \r\n\t") + 1);
    key.erase(0, key.find_first_not_of(" \t"));
    if (!key.starts_with("buri-licence-") || key.size() > longest_key) {
        return fail(errc::licence_invalid,
                    "this is not a licence key. One reads buri-licence-...; copy it whole from whoever gave it to you");
    }
    return key;
}

/// True: go on.
result<bool> confirm(const invocation& call, const wire::json& status) {
    if (call.has("--yes")) return true;
    const auto& around = call.around();
    if (!around.is_in_terminal) {
        return fail(errc::usage,
                    "deleting an account is for good, and there is no terminal to ask. Add --yes to do it");
    }
    around.err << "This deletes the account " << text_of(status, "address") << " (" << text_of(status, "nickname")
               << ") on the server: address, memberships and privileges are gone for good"
               << (call.has("--with-networks") ? ", and with them every network that it owns" : "") << ".\n"
               << std::flush;
    while (true) {
        const auto answer = around.ask("Delete it? (yes/no) ");
        if (!answer || *answer == "no" || *answer == "n") return false;
        if (*answer == "yes") return true;
    }
}

}  // namespace

result<int> run_keys_show(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto status = daemon->call("status");
    if (!status) return fail(while_doing("cannot show the key", status.error()));
    wire::json document = wire::json::object();
    for (const auto* const name : {"address", "nickname", "fingerprint", "key_type"})
        document[name] = status->value(name, wire::json());
    call.answer(document, text_of(*status, "fingerprint") + " (" + text_of(*status, "key_type") + ")\n");
    return 0;
}

result<int> run_keys_rotate(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    wire::json params = wire::json::object();
    if (const auto type = call.value("--key-type")) params["key_type"] = *type;
    const auto outcome = daemon->call("rotate", params);
    if (!outcome) return fail(while_doing("cannot change the key", outcome.error()));
    call.remark("the key was " + text_of(*outcome, "was") +
                ". Whoever compared it with you has to compare the new one:");
    call.answer(*outcome, text_of(*outcome, "fingerprint") + "\n");
    return 0;
}

result<int> run_licence_install(invocation& call) {
    const auto key = given_licence(call);
    if (!key) return fail(key.error());
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto outcome = daemon->call("licence", {{"key", *key}});
    if (!outcome) return fail(while_doing("cannot install the licence", outcome.error()));
    const auto until = text_of(*outcome, "until");
    const bool changed = bool_of(*outcome, "changed", true);
    call.answer(*outcome, std::string(changed ? "" : "installed already: ") + "the plan is " +
                              text_of(*outcome, "plan") + (until.empty() ? "" : " until " + until) + ".\n");
    return 0;
}

result<int> run_account_delete(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const std::string what = "cannot delete the account";
    const auto status = daemon->call("status");
    if (!status) return fail(while_doing(what, status.error()));
    const auto confirmed = confirm(call, *status);
    if (!confirmed) return fail(while_doing(what, confirmed.error()));
    if (!*confirmed) return fail(errc::cancelled, "nothing was deleted. Answer yes to delete the account");
    wire::json params = wire::json::object();
    if (call.has("--with-networks")) params["with_networks"] = true;
    const auto outcome = daemon->call("delete_account", params);
    if (!outcome) return fail(while_doing(what, outcome.error()));
    if (!daemon->wait_for_exit(std::chrono::milliseconds(15'000)))
        call.remark("the daemon still runs after 15 s; see its log, or end it with kill");
    call.answer({{"changed", true}},
                "deleted the account " + text_of(*status, "address") + ". 'vpn up' registers a new one.\n");
    return 0;
}

}  // namespace buri::cli
