// A relay as a process: its log, its signals.
#include "buri/relay/standalone.hpp"
#include "daemon/log_sink.hpp"
#include "daemon/open_files.hpp"
#include "daemon/processes.hpp"
#include "daemon/signals.hpp"
#include "daemon/version.hpp"

#include <asio/io_context.hpp>

#include <algorithm>

namespace buri::daemon {
namespace {

store::pinned_server to_pinned(const server_spec& spec) {
    store::pinned_server server;
    server.host = spec.host;
    server.port = spec.port;
    if (spec.fingerprint) server.fingerprint = "SHA256:" + to_base64(*spec.fingerprint);
    return server;
}

relay::standalone_settings settings_from(const relay_process_options& options, const process_hooks& hooks,
                                         const logger& log) {
    relay::standalone_settings out;
    out.state = options.state_directory;
    if (options.server) out.server = to_pinned(*options.server);
    out.token = {options.token.begin(), options.token.end()};
    if (options.udp_port) out.udp_port = *options.udp_port;
    out.tcp_port = options.tcp_port;
    out.tls_port = options.tls_port;
    out.addresses = options.addresses;
    out.max_kbit = options.max_kbit;
    out.software = "buri " + std::string(version());
    if (hooks.progress) {
        out.progress = [&hooks](std::string_view label, const std::string& text) {
            hooks.progress({std::string(label), text});
        };
    }
    out.log = log;
    return out;
}

class relay_process {
public:
    relay_process(asio::io_context& context, stop_signals& signals, relay::standalone& relay,
                  const process_hooks& hooks)
        : signals_(signals), relay_(relay), hooks_(hooks), others_(context.get_executor()) {}

    asio::awaitable<void> run() {
        others_.spawn(run_signals());
        if (hooks_.ready) hooks_.ready(nullptr);
        outcome_ = co_await relay_.run();
        others_.cancel();
        co_await others_.join();
    }

    [[nodiscard]] const result<void>& outcome() const { return outcome_; }

private:
    asio::awaitable<void> run_signals() {
        co_await signals_.async_wait();
        if (hooks_.stopping) hooks_.stopping();
        relay_.stop();
    }

    stop_signals& signals_;
    relay::standalone& relay_;
    const process_hooks& hooks_;
    net::task_group others_;
    result<void> outcome_;
};

}  // namespace

result<void> run_relay(const relay_process_options& options, const process_hooks& hooks) {
    allow_open_files();
    auto sink = log_sink::open({options.level.value_or(log_level::info), {}});
    if (!sink) return fail(sink.error());
    asio::io_context context(1);
    stop_signals signals(context.get_executor());
    auto relay = relay::standalone::open(context, settings_from(options, hooks, sink->lines()));
    if (!relay) return fail(relay.error());
    relay_process process(context, signals, **relay, hooks);
    net::task_group all(context.get_executor());
    all.spawn(process.run());
    context.run();
    return process.outcome();
}

}  // namespace buri::daemon
