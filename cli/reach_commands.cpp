#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/reach_views.hpp"
#include "cli/rpc_client.hpp"

#include <chrono>
#include <thread>

namespace buri::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks{1'000};
/// A name server that is dead takes its time.
constexpr milliseconds longest_examination{90'000};

void print(const invocation& call, const wire::json& document) {
    if (call.wants_json()) {
        call.around().out << document.dump(-1, ' ', false, wire::json::error_handler_t::replace) << std::endl;
    } else {
        call.around().out << netcheck_view(document, call.colors()) << std::endl;
    }
}

/// Round trips change all the time; what people wait for does not.
wire::json without_figures(wire::json document) {
    if (!document.is_object()) return document;
    for (auto& relay : document["relays"]) {
        if (relay.is_object()) relay.erase("rtt_ms");
    }
    document.erase("punching");
    auto& mapping = document["port_mapping"];
    if (!mapping.is_object()) return document;
    for (auto& method : mapping["methods"]) {
        if (method.is_object()) method.erase("left_s");
    }
    if (mapping.contains("pinhole") && mapping["pinhole"].is_object()) mapping["pinhole"].erase("left_s");
    return document;
}

result<int> watch(const invocation& call, rpc_client& daemon) {
    const auto limit = call.seconds("--timeout");
    const auto end = std::chrono::steady_clock::now() + limit.value_or(milliseconds(0));
    wire::json last;
    while (true) {
        const auto answer = daemon.call("netcheck");
        if (!answer) return fail(while_doing("cannot check the network", answer.error()));
        auto present = without_figures(*answer);
        if (present != last) print(call, *answer);
        last = std::move(present);
        if (limit && std::chrono::steady_clock::now() + between_looks > end) return 0;
        std::this_thread::sleep_for(between_looks);
    }
}

void put_first(wire::json& document, const char* verdict, const std::string& text, wire::json remedy) {
    if (!document.is_object() || !document["checks"].is_array()) return;
    document["checks"].insert(
        document["checks"].begin(),
        wire::json{{"name", "daemon"}, {"verdict", verdict}, {"text", text}, {"remedy", std::move(remedy)}});
}

/// The first check has failed, and most others are the daemon's to make.
wire::json without_daemon(const invocation& call, const error& why) {
    const auto& examine = call.around().run.examine_host;
    auto document = examine ? examine(call.state_directory()) : wire::json{{"checks", wire::json::array()}};
    put_first(document, "problem", why.text, "start it with 'vpn up'");
    document["ok"] = false;
    return document;
}

}  // namespace

result<int> run_why(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto peer = call.argument("PEER");
    const auto answer = daemon->call("why", {{"peer", peer}});
    if (!answer) return fail(while_doing("cannot explain '" + peer + "'", answer.error()));
    call.answer(*answer, why_view(*answer, call.colors()));
    return 0;
}

result<int> run_netcheck(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    if (call.has("--watch")) return watch(call, *daemon);
    const auto answer = daemon->call("netcheck");
    if (!answer) return fail(while_doing("cannot check the network", answer.error()));
    call.answer(*answer, netcheck_view(*answer, call.colors()));
    return 0;
}

result<int> run_doctor(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon && daemon.error().code != errc::daemon_not_running) return fail(std::move(daemon.error()));
    wire::json document;
    if (daemon) {
        const auto answer = daemon->call("doctor", wire::json::object(), longest_examination);
        if (!answer) return fail(while_doing("cannot examine this machine", answer.error()));
        document = *answer;
        put_first(document, "ok", "running", nullptr);
    } else {
        document = without_daemon(call, daemon.error());
    }
    call.answer(document, doctor_view(document, call.colors()));
    return bool_of(document, "ok") ? 0 : 1;
}

}  // namespace buri::cli
