#include "buri/base/suite.hpp"
#include "buri/crypto/aead_backend.hpp"
#include "cli/command_line.hpp"
#include "cli/complaint.hpp"
#include "cli/completion.hpp"
#include "cli/handlers.hpp"
#include "cli/help.hpp"
#include "cli/json_access.hpp"
#include "cli/manual.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"
#include "daemon/version.hpp"

#include <iterator>
#include <set>
#include <string>

namespace buri::cli {
namespace {

constexpr int control_protocol = 1;

result<wire::json> parse_params(const invocation& call) {
    auto text = call.value("PARAMS").value_or("{}");
    if (text == "-") text.assign(std::istreambuf_iterator<char>(call.around().in), {});
    auto params = wire::json::parse(text, nullptr, false);
    if (!params.is_object())
        return fail(errc::usage, "PARAMS is not a JSON object. Write it like '{\"network\": \"team\"}'");
    return params;
}

result<int> print_events(const invocation& call, rpc_client& daemon) {
    while (true) {
        const auto event = daemon.next_event(std::nullopt);
        if (!event) return fail(event.error());
        call.around().out << event->dump(-1, ' ', false, wire::json::error_handler_t::replace) << std::endl;
    }
}

}  // namespace

result<int> run_version(invocation& call) {
    wire::json suites = wire::json::array();
    std::string names;
    for (const auto& suite : all_suites()) {
        suites.push_back(suite.name);
        names += (names.empty() ? "" : ", ") + std::string(suite.name);
    }
    const std::string version(daemon::version());
    const std::string aes(crypto::backend_of(suite_id::aes).name);
    const std::string chacha(crypto::backend_of(suite_id::chacha).name);
    call.answer({{"version", version},
                 {"protocol", control_protocol},
                 {"suites", suites},
                 {"sealing", {{"aes", aes}, {"chacha", chacha}}}},
                "vpn " + version + "\nprotocol " + std::to_string(control_protocol) + ", suites " + names +
                    "\nsealing aes by " + aes + ", chacha by " + chacha + "\n");
    return 0;
}

result<int> run_rpc(invocation& call) {
    const auto params = parse_params(call);
    if (!params) return fail(params.error());
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto method = call.argument("METHOD");
    // A script that calls `wait` decides itself how long that is.
    const auto answer = daemon->call(method, *params, std::nullopt);
    if (!answer) return fail(answer.error());
    if (method == "events") return print_events(call, *daemon);
    const int indent = call.around().is_out_terminal ? 2 : -1;
    call.around().out << answer->dump(indent, ' ', false, wire::json::error_handler_t::replace) << '\n';
    return 0;
}

result<int> run_completion(invocation& call) {
    call.around().out << completion_script(call.argument("SHELL"));
    return 0;
}

result<int> run_help(invocation& call) {
    std::vector<std::string> words;
    for (const auto* const name : {"COMMAND", "WORD", "LAST"}) {
        if (call.has(name)) words.push_back(call.argument(name));
    }
    if (words.empty()) {
        call.around().out << overview();
        return 0;
    }
    const auto chosen = choose_command(words);
    if (!chosen) {
        std::string topic;
        for (const auto& word : words)
            topic += (topic.empty() ? "" : " ") + word;
        const auto text = topic_help(topic);
        if (text.empty()) return fail(chosen.error());
        call.around().out << text;
        return 0;
    }
    call.around().out << command_help(*chosen->command);
    return 0;
}

/// For completion while somebody types: no daemon is no names, not an error.
result<int> run_names(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return 0;
    const auto answer = daemon->call("networks", {}, std::chrono::milliseconds(1000));
    if (!answer) return 0;
    const bool wants_peers = call.argument("KIND") == "peers";
    std::set<std::string> names;
    for (const auto& network : items_of(*answer, "networks")) {
        if (!wants_peers) {
            names.insert(text_of(network, "name"));
            continue;
        }
        for (const auto* const list : {"peers", "applicants"}) {
            for (const auto& each : array_of(network, list))
                names.insert(text_of(each, "name"));
        }
    }
    for (const auto& name : names)
        call.around().out << name << '\n';
    return 0;
}

result<int> run_manual(invocation& call) {
    call.around().out << manual_page();
    return 0;
}

}  // namespace buri::cli
