#include "cli/complaint.hpp"
#include "cli/handlers.hpp"
#include "cli/json_access.hpp"
#include "cli/printable.hpp"
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
constexpr int only_relay_exit = 9;
constexpr unsigned usual_count = 10;

struct ping_run {
    std::string peer;
    std::string shown_peer;
    milliseconds timeout{3000};
    unsigned sent = 0;
    std::vector<double> round_trips;
    std::string via;  ///< of the last answer
    wire::json echoes = wire::json::array();
};

bool is_direct(const ping_run& run) {
    return run.via == "direct" || run.via == "tcp";
}

void print(const invocation& call, const wire::json& line) {
    call.around().out << line.dump(-1, ' ', false, wire::json::error_handler_t::replace) << std::endl;
}

/// "via relay fra1", "direct 198.51.100.7:41641", "direct tcp 198.51.100.7:443"
std::string way_of(const wire::json& answer) {
    const auto via = text_of(answer, "via");
    if (via == "relay") return "via relay " + text_of(answer, "relay");
    return (via == "tcp" ? "direct tcp" : via) + " " + text_of(answer, "endpoint");
}

/// One echo. Only an error that another try cannot change is an error.
result<void> echo(const invocation& call, rpc_client& daemon, ping_run& run) {
    ++run.sent;
    const wire::json params{{"peer", run.peer}, {"timeout_s", static_cast<double>(run.timeout.count()) / 1000}};
    auto answer = daemon.call("ping", params, run.timeout + milliseconds(5000));
    if (!answer && answer.error().code != errc::timed_out) return fail(answer.error());
    std::string line = "no answer from " + run.shown_peer;
    auto& told = run.echoes.emplace_back(wire::json{{"number", run.sent}});
    if (answer) {
        const auto rtt = number_of(*answer, "rtt_ms").value_or(0);
        run.round_trips.push_back(rtt);
        run.via = text_of(*answer, "via");
        if (const auto nickname = text_of(*answer, "nickname"); !nickname.empty()) run.shown_peer = nickname;
        if (answer->is_object()) told.update(*answer);
        line = "pong from " + run.shown_peer + " " + way_of(*answer) + " " + milliseconds_text(rtt);
    } else {
        told["error"] = describe(errc::timed_out).name;
    }
    if (call.wants_json()) {
        print(call, told);
    } else {
        call.around().out << line << std::endl;
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

void tell_end(const invocation& call, const ping_run& run) {
    if (call.wants_json()) {
        print(call, {{"peer", run.peer},
                     {"sent", run.sent},
                     {"answered", run.round_trips.size()},
                     {"via", run.via.empty() ? wire::json(nullptr) : wire::json(run.via)},
                     {"direct", is_direct(run)},
                     {"echoes", run.echoes}});
        return;
    }
    call.around().out << summary(run);
    if (run.via == "relay" && !call.has("--any"))
        call.remark("only by relay. 'vpn why " + printable(run.peer) + "' says why");
}

}  // namespace

result<int> run_ping(invocation& call) {
    auto daemon = rpc_client::connect(call.socket());
    if (!daemon) return fail(std::move(daemon.error()));
    ping_run run;
    run.peer = run.shown_peer = call.argument("PEER");
    run.timeout = call.seconds("--timeout").value_or(run.timeout);
    const auto count = call.number("--count").value_or(usual_count);
    const bool ends_early = !call.has("--count") || call.has("--until-direct");
    const auto interval = call.seconds("--interval").value_or(milliseconds(1000));
    while (true) {
        if (const auto done = echo(call, *daemon, run); !done)
            return fail(while_doing("cannot ping '" + run.peer + "'", done.error()));
        if (run.sent == count || (ends_early && is_direct(run))) break;
        std::this_thread::sleep_for(interval);
    }
    tell_end(call, run);
    if (run.round_trips.empty()) return timed_out_exit;
    return run.via == "relay" && !call.has("--any") ? only_relay_exit : 0;
}

}  // namespace buri::cli
