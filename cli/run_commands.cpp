#include "cli/complaint.hpp"
#include "cli/data_plane_view.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/launch.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"

#include <chrono>

namespace buri::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds usual_wait{30'000};
constexpr milliseconds longest_usual{60'000};
constexpr milliseconds grace{5'000};  // the daemon keeps the time; this is for its answer to come

result<wire::json> wait_for(rpc_client& daemon, std::string_view what, milliseconds limit) {
    return daemon.call("wait", {{"for", what}, {"timeout_s", static_cast<double>(limit.count()) / 1000}},
                       limit + grace);
}

/// Asking for what is so already: fine, unless it is another server that is asked for.
result<int> stay_up(const invocation& call, rpc_client& daemon) {
    auto status = daemon.call("status");
    if (!status) return fail(while_doing("cannot ask the daemon that runs here", status.error()));
    if (const auto text = call.value("--server")) {
        const auto wanted = daemon::parse_server_spec(*text);
        if (!wanted) return fail(wanted.error());
        const auto& present = object_of(*status, "server");
        if (const auto host = text_of(present, "host"); !host.empty() && host != wanted->host) {
            return fail(errc::daemon_running, "the daemon that runs here uses the server " + host +
                                                  ". Stop it with 'vpn down' first, or name another --state");
        }
    }
    if (call.has("--wait")) {
        const auto reached = wait_for(daemon, "online", call.seconds("--wait").value_or(usual_wait));
        if (!reached) return fail(while_doing("a daemon is up, but not online", reached.error()));
        status = daemon.call("status");
        if (!status) return fail(status.error());
    }
    call.remark("already up: " + text_of(*status, "address") + "  " + text_of(*status, "state"));
    if (call.wants_json()) call.answer(*status, "");
    return 0;
}

bool can_ask(const invocation& call) {
    return call.around().is_in_terminal && call.around().is_err_terminal;
}

result<int> go_up(const invocation& call, daemon::node_process_options options) {
    auto hooks = plain_hooks(call);
    if (can_ask(call))
        hooks.confirm_key = [&call](const daemon::key_question& question) { return ask_about_key(call, question); };
    const auto tell_manager = hooks.ready;
    hooks.ready = [&](const wire::json& status) {
        tell_manager(status);
        if (call.wants_json()) call.answer(status, "");
        call.around().out.flush();
    };
    const auto limit = call.has("--wait") ? std::optional(call.seconds("--wait").value_or(usual_wait)) : std::nullopt;
    if (call.has("--wait")) options.ready = daemon::ready_when::online;
    if (!call.has("--detach")) {
        options.patience = limit;
        // Progress tells what goes on; the log only what goes wrong.
        if (!options.level) options.level = log_level::warning;
        const auto ended = call.around().run.run_node(options, hooks);
        if (!ended) return fail(ended.error());
        return 0;
    }
    const auto ready = go_up_detached(call, std::move(options), std::move(hooks), limit.value_or(usual_wait));
    if (!ready) return fail(ready.error());
    return 0;
}

}  // namespace

result<int> run_up(invocation& call) {
    auto options = node_options(call);
    if (!options) return fail(std::move(options.error()));
    auto running = rpc_client::connect(call.socket());
    if (running) return stay_up(call, *running);
    if (running.error().code != errc::daemon_not_running) return fail(std::move(running.error()));
    return go_up(call, std::move(*options));
}

result<int> run_daemon(invocation& call) {
    const auto options = node_options(call);
    if (!options) return fail(options.error());
    auto hooks = plain_hooks(call);
    hooks.progress = nullptr;  // the log says it
    const auto ended = call.around().run.run_node(*options, hooks);
    if (!ended) return fail(ended.error());
    return 0;
}

result<int> run_down(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon && daemon.error().code == errc::daemon_not_running) {
        call.remark("no daemon is running");
        if (call.wants_json()) call.answer({{"changed", false}}, "");
        return 0;
    }
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("down");
    // Gone before it could answer is gone.
    if (!answer && answer.error().code != errc::cancelled)
        return fail(while_doing("cannot stop the daemon", answer.error()));
    if (!daemon->wait_for_exit(milliseconds(15'000))) {
        return fail(errc::timed_out,
                    "the daemon was told to stop and still runs after 15 s. See its log, or end it with kill");
    }
    call.remark("stopped");
    if (call.wants_json()) call.answer({{"changed", true}}, "");
    return 0;
}

result<int> run_status(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto status = daemon->call("status");
    if (!status) return fail(while_doing("cannot show the status", status.error()));
    auto text = status_view(*status, call.around().now(), call.colors());
    if (call.has("--verbose")) text += data_plane_view(*status, call.colors());
    call.answer(*status, text);
    return 0;
}

result<int> run_wait(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto what = call.value("--for").value_or("online");
    const auto reached = wait_for(*daemon, what, call.seconds("--timeout").value_or(longest_usual));
    if (!reached) return fail(while_doing("waiting for " + what, reached.error()));
    call.answer({{"for", what}, {"waited", true}}, "");
    return 0;
}

result<int> run_events(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto started = daemon->call("events");
    if (!started) return fail(while_doing("cannot follow events", started.error()));
    const auto count = call.number("--count");
    const auto limit = call.seconds("--timeout");
    const auto end = std::chrono::steady_clock::now() + limit.value_or(milliseconds(0));
    for (unsigned seen = 0; !count || seen < *count; ++seen) {
        rpc_client::patience left;
        if (limit)
            left = std::max(std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()), milliseconds(0));
        const auto event = daemon->next_event(left);
        if (!event && event.error().code == errc::timed_out && !count) return 0;
        if (!event && event.error().code == errc::timed_out) {
            return fail(errc::timed_out, std::to_string(seen) + " of " + std::to_string(*count) +
                                             " events came in time. Give it longer with --timeout");
        }
        if (!event) return fail(event.error());
        if (call.wants_json()) {
            call.around().out << event->dump(-1, ' ', false, wire::json::error_handler_t::replace) << std::endl;
        } else {
            call.around().out << event_view(*event, call.colors()) << std::flush;
        }
    }
    return 0;
}

}  // namespace buri::cli
