// A mediation server as a process.
#include "buri/crypto/system_random.hpp"
#include "buri/server/server.hpp"
#include "daemon/log_sink.hpp"
#include "daemon/processes.hpp"
#include "daemon/signals.hpp"

#include <asio/io_context.hpp>

namespace buri::daemon {
namespace {

class server_process {
public:
    server_process(asio::io_context& context, server::server& server, const process_hooks& hooks)
        : server_(server), hooks_(hooks), signals_(context.get_executor()), others_(context.get_executor()) {}

    asio::awaitable<void> run() {
        others_.spawn(run_signals());
        if (hooks_.ready) hooks_.ready(nullptr);
        co_await server_.run();
        others_.cancel();
        co_await others_.join();
    }

private:
    asio::awaitable<void> run_signals() {
        co_await signals_.async_wait();
        if (hooks_.stopping) hooks_.stopping();
        server_.stop();
    }

    server::server& server_;
    const process_hooks& hooks_;
    stop_signals signals_;
    net::task_group others_;
};

result<store::server_config> load_config(const server_process_options& options) {
    if (options.config_file.empty()) return store::load_server_config(server::config_path(options.state_directory));
    auto config = store::load_server_config(options.config_file);
    if (config || config.error().code != errc::not_initialised) return config;
    return fail(errc::config, "cannot read '" + options.config_file.string() +
                                  "': there is no such file. Check the path after --config");
}

}  // namespace

result<void> run_server(const server_process_options& options, const process_hooks& hooks) {
    auto config = load_config(options);
    if (!config) return fail(config.error());
    if (options.level) config->log_level = *options.level;
    const auto sink = log_sink::open({config->log_level, {}});
    if (!sink) return fail(sink.error());
    asio::io_context context(1);
    auto server = server::server::open(context, options.state_directory, std::move(*config), sink->lines());
    if (!server) return fail(server.error());
    if (hooks.progress) {
        const auto& used = (*server)->config();
        hooks.progress({"serving", "TCP " + std::to_string(used.listen_tcp) + ", UDP " +
                                       std::to_string(used.listen_stun[0]) + " and " +
                                       std::to_string(used.listen_stun[1])});
    }
    server_process process(context, **server, hooks);
    net::task_group all(context.get_executor());
    all.spawn(process.run());
    context.run();
    return {};
}

result<init_report> init_server(const init_options& options) {
    crypto::system_random random;
    const auto done = server::initialise({options.state_directory, options.host, std::nullopt, options.port}, random);
    if (!done) return fail(done.error());
    init_report report;
    report.state_directory = options.state_directory;
    report.created = done->made;
    const auto spec = parse_server_spec(done->server_line);
    if (!spec) return fail(spec.error());
    report.server = *spec;
    report.fingerprint_ed25519 = done->fingerprint;
    report.fingerprint_rsa = done->rsa_fingerprint;
    report.pool = to_string(done->pool);
    report.ula = to_string(done->ula);
    return report;
}

}  // namespace buri::daemon
