#include "buri/base/ids.hpp"
#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/rpc_client.hpp"
#include "cli/views.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace buri::cli {
namespace {

using std::chrono::milliseconds;

constexpr int timed_out_exit = 6;

struct ping_run {
    std::string peer;
    std::string shown_peer;
    milliseconds timeout{3000};
    unsigned sent = 0;
    std::vector<double> round_trips;
    wire::json echoes = wire::json::array();
};

/// One echo. Only an error that another try cannot change is an error.
result<void> echo(const invocation& call, rpc_client& daemon, ping_run& run) {
    ++run.sent;
    const wire::json params{{"peer", run.peer}, {"timeout_s", static_cast<double>(run.timeout.count()) / 1000}};
    const auto answer = daemon.call("ping", params, run.timeout + milliseconds(5000));
    if (!answer && answer.error().code != errc::timed_out) return fail(answer.error());
    if (!answer) {
        run.echoes.push_back({{"error", describe(errc::timed_out).name}});
        if (!call.wants_json()) call.around().out << "no answer from " << run.shown_peer << std::endl;
        return {};
    }
    const auto rtt = number_of(*answer, "rtt_ms").value_or(0);
    run.round_trips.push_back(rtt);
    run.echoes.push_back(*answer);
    if (const auto nickname = text_of(*answer, "nickname"); !nickname.empty()) run.shown_peer = nickname;
    if (!call.wants_json()) {
        call.around().out << "pong from " << run.shown_peer << ' ' << text_of(*answer, "via") << ' '
                          << text_of(*answer, "endpoint") << ' ' << milliseconds_text(rtt) << std::endl;
    }
    return {};
}

std::string summary(const ping_run& run) {
    std::string out = std::to_string(run.round_trips.size()) + " of " + std::to_string(run.sent) + " answered";
    if (!run.round_trips.empty()) {
        const auto [least, most] = std::ranges::minmax(run.round_trips);
        const double mean = std::accumulate(run.round_trips.begin(), run.round_trips.end(), 0.0) /
                            static_cast<double>(run.round_trips.size());
        out += ", least " + milliseconds_text(least) + ", mean " + milliseconds_text(mean) + ", most " +
               milliseconds_text(most);
    }
    return out + "\n";
}

}  // namespace

result<int> run_peers(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("peers");
    if (!answer) return fail(while_doing("cannot list peers", answer.error()));
    const auto peers = items_of(*answer, "peers");
    if (peers.empty()) call.remark("no peers. They come with the networks that you create or join.");
    call.answer(peers, peers_view(peers, call.colors()));
    return 0;
}

result<int> run_show(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto peer = call.argument("PEER");
    const auto answer = daemon->call("peer", {{"peer", peer}});
    if (!answer) return fail(while_doing("cannot show '" + peer + "'", answer.error()));
    call.answer(*answer, peer_view(*answer, call.colors()));
    return 0;
}

result<int> run_ping(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    ping_run run;
    run.peer = run.shown_peer = call.argument("PEER");
    run.timeout = call.seconds("--timeout").value_or(run.timeout);
    const auto count = call.number("--count").value_or(4);
    const auto interval = call.seconds("--interval").value_or(milliseconds(1000));
    while (true) {
        if (const auto done = echo(call, *daemon, run); !done)
            return fail(while_doing("cannot ping '" + run.peer + "'", done.error()));
        if (run.sent == count) break;
        std::this_thread::sleep_for(interval);
    }
    const wire::json document{
        {"peer", run.peer}, {"sent", run.sent}, {"answered", run.round_trips.size()}, {"echoes", run.echoes}};
    call.answer(document, summary(run));
    return run.round_trips.empty() ? timed_out_exit : 0;
}

result<int> run_nick(invocation& call) {
    wire::json params = wire::json::object();
    if (const auto name = call.value("NAME")) {
        const auto valid = parse_nickname(*name);
        if (!valid) return fail(valid.error());
        params["nickname"] = *valid;
    }
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    const auto answer = daemon->call("nick", params);
    if (!answer) return fail(while_doing("cannot change the nickname", answer.error()));
    auto nickname = text_of(*answer, "nickname");
    if (nickname.empty()) nickname = text_of(params, "nickname");
    const bool changed = bool_of(*answer, "changed", !params.empty());
    call.answer({{"nickname", nickname}, {"changed", changed}}, nickname + "\n");
    return 0;
}

}  // namespace buri::cli
