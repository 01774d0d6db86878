// A mediation server as a process: its log, its local interface, its signals.
#include "buri/crypto/system_random.hpp"
#include "buri/net/tokens.hpp"
#include "buri/server/restore.hpp"
#include "buri/server/server.hpp"
#include "buri/server/state_files.hpp"
#include "daemon/log_sink.hpp"
#include "daemon/open_files.hpp"
#include "daemon/processes.hpp"
#include "daemon/rpc_server.hpp"
#include "daemon/server_service.hpp"
#include "daemon/signals.hpp"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include <csignal>

namespace buri::daemon {
namespace {

std::filesystem::path config_of(const server_process_options& options) {
    return options.config_file.empty() ? server::config_path(options.state_directory) : options.config_file;
}

result<store::server_config> load_config(const server_process_options& options) {
    auto config = store::load_server_config(config_of(options));
    if (!config && config.error().code == errc::not_initialised && !options.config_file.empty()) {
        return fail(errc::config, "cannot read '" + options.config_file.string() +
                                      "': there is no such file. Check the path after --config");
    }
    if (config && options.level) config->log_level = *options.level;
    return config;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ",") + word;
    return out;
}

/// The parts of a running server process; coroutines are members, so that what they use outlives them.
class server_process {
public:
    server_process(asio::io_context& context, stop_signals& signals, server::server& server, log_sink& sink,
                   const server_process_options& options, const process_hooks& hooks)
        : executor_(context.get_executor()),
          signals_(signals),
          server_(server),
          sink_(sink),
          log_(sink.lines()),
          options_(options),
          hooks_(hooks),
          service_(server.administration(), [this] { return reload(); }),
          hangups_(executor_, SIGHUP),
          others_(executor_) {}

    /// An error of the local interface; nothing runs then.
    result<void> listen() {
        rpc_server_options where;
        where.path = options_.socket.empty() ? server_socket(options_.state_directory) : options_.socket;
        auto rpc = rpc_server::listen(executor_, service_, where, log_);
        if (!rpc) return fail(rpc.error());
        rpc_.emplace(std::move(*rpc));
        return {};
    }

    asio::awaitable<void> run() {
        others_.spawn(rpc_->run());
        others_.spawn(run_signals());
        others_.spawn(run_hangups());
        if (hooks_.ready) hooks_.ready(nullptr);
        co_await server_.run();
        rpc_->close();
        others_.cancel();
        co_await others_.join();
    }

private:
    asio::awaitable<void> run_signals() {
        co_await signals_.async_wait();
        if (hooks_.stopping) hooks_.stopping();
        server_.stop();
    }

    asio::awaitable<void> run_hangups() {
        for (;;) {
            const auto [problem, number] = co_await hangups_.async_wait(net::as_tuple);
            if (problem) co_return;
            const auto done = reload();
            if (!done) log_.error("the configuration stays as it was", {{"error", done.error().text}});
        }
    }

    result<server::config_change> reload() {
        const auto config = load_config(options_);
        if (!config) return fail(config.error());
        auto change = server_.administration().reload(*config);
        sink_.set_level(server_.administration().config().log_level);
        log_.info("configuration read again",
                  {{"changed", joined(change.changed)}, {"after_restart", joined(change.restart_needed)}});
        return change;
    }

    asio::any_io_executor executor_;
    stop_signals& signals_;
    server::server& server_;
    log_sink& sink_;
    logger log_;
    const server_process_options& options_;
    const process_hooks& hooks_;
    server_service service_;
    asio::signal_set hangups_;
    std::optional<rpc_server> rpc_;
    net::task_group others_;
};

void tell_ports(const store::server_config& used, const process_hooks& hooks) {
    if (!hooks.progress) return;
    hooks.progress({"serving", "TCP " + std::to_string(used.listen_tcp) + ", UDP " +
                                   std::to_string(used.listen_stun[0]) + " and " +
                                   std::to_string(used.listen_stun[1])});
}

}  // namespace

std::filesystem::path server_socket(const std::filesystem::path& state_directory) {
    return state_directory / "server.sock";
}

result<void> run_server(const server_process_options& options, const process_hooks& hooks) {
    allow_open_files();
    auto config = load_config(options);
    if (!config) return fail(config.error());
    auto sink = log_sink::open({config->log_level, {}});
    if (!sink) return fail(sink.error());
    asio::io_context context(1);
    stop_signals signals(context.get_executor());
    auto server =
        server::server::open(context, {options.state_directory, config_of(options)}, std::move(*config), sink->lines());
    if (!server) return fail(server.error());
    server_process process(context, signals, **server, *sink, options, hooks);
    const auto listening = process.listen();
    if (!listening) return fail(listening.error());
    tell_ports((*server)->administration().config(), hooks);
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

result<restore_report> restore_server(const restore_options& options) {
    const auto done = server::restore(options.file, options.state_directory);
    if (!done) return fail(done.error());
    return restore_report{options.state_directory, done->accounts, done->networks};
}

}  // namespace buri::daemon
