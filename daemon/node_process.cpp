// A node as a process: its log, its local interface, its signals.
#include "buri/net/task_group.hpp"
#include "buri/node/host_facts.hpp"
#include "buri/node/node.hpp"
#include "daemon/log_sink.hpp"
#include "daemon/node_service.hpp"
#include "daemon/open_files.hpp"
#include "daemon/processes.hpp"
#include "daemon/rpc_server.hpp"
#include "daemon/signals.hpp"
#include "daemon/version.hpp"

#include <asio/io_context.hpp>

#include <algorithm>
#include <array>

namespace buri::daemon {
namespace {

result<store::node_config> load_config(const node_process_options& options) {
    auto config = options.config_file.empty() ? store::load_default_node_config(options.state_directory / "config.toml")
                                              : store::load_named_node_config(options.config_file);
    if (!config) return config;
    if (options.interface_name) config->interface = *options.interface_name;
    if (options.port) config->port = *options.port;
    if (options.nickname) config->nickname = *options.nickname;
    if (options.level) config->log_level = *options.level;
    return config;
}

store::pinned_server to_pinned(const server_spec& spec) {
    store::pinned_server server;
    server.host = spec.host;
    server.port = spec.port;
    if (spec.fingerprint) server.fingerprint = "SHA256:" + to_base64(*spec.fingerprint);
    return server;
}

store::identity_key_type to_stored(crypto::key_type type) {
    return type == crypto::key_type::rsa ? store::identity_key_type::rsa : store::identity_key_type::ed25519;
}

/// Why the node was not ready in time, where that is known better than that nobody answered: a name that does not
/// resolve, a server with a full disk.
error not_ready(const node::node& node, const error& late) {
    constexpr std::array silence{errc::server_unreachable, errc::server_closed, errc::timed_out, errc::cancelled};
    const auto problem = node.status().at("problem");
    if (!problem.is_object()) return late;
    const auto row = std::ranges::find(all_errors(), problem.at("name").get<std::string>(), &error_info::name);
    if (row == all_errors().end() || std::ranges::find(silence, row->code) != silence.end()) return late;
    return make_error(row->code, problem.at("text").get<std::string>());
}

node::options to_node_options(const node_process_options& options, store::node_config config,
                              const process_hooks& hooks, const logger& log) {
    node::options out;
    out.state = options.state_directory;
    out.config = std::move(config);
    out.software = "buri " + std::string(version());
    if (options.server) out.server = to_pinned(*options.server);
    if (options.key_type) out.key_type = to_stored(*options.key_type);
    out.log = log;
    if (hooks.progress) {
        out.progress = [&hooks](std::string_view label, const std::string& text) {
            hooks.progress({std::string(label), text});
        };
    }
    if (hooks.confirm_key) {
        out.confirm_key = [&hooks](const store::pinned_server& server, const std::string& fingerprint,
                                   std::string_view type) {
            return hooks.confirm_key({{server.host, server.port, std::nullopt}, fingerprint, std::string(type)});
        };
    }
    return out;
}

/// The parts of a running node process; coroutines are members, so that what they use outlives them.
class node_process {
public:
    node_process(asio::io_context& context, stop_signals& signals, node::node& node, node_service& service,
                 rpc_server& rpc, const node_process_options& options, const process_hooks& hooks)
        : signals_(signals),
          node_(node),
          service_(service),
          rpc_(rpc),
          options_(options),
          hooks_(hooks),
          others_(context.get_executor()) {}

    asio::awaitable<void> run() {
        service_.on_down([this] { stop(); });
        others_.spawn(rpc_.run());
        others_.spawn(run_signals());
        others_.spawn(run_ready());
        outcome_ = co_await node_.run();
        rpc_.close();
        others_.cancel();
        co_await others_.join();
    }

    [[nodiscard]] const result<void>& outcome() const { return too_late_ ? too_late_.value() : outcome_; }

private:
    void stop() {
        if (hooks_.stopping) hooks_.stopping();
        node_.stop();
    }

    asio::awaitable<void> run_signals() {
        co_await signals_.async_wait();
        stop();
    }

    asio::awaitable<void> run_ready() {
        node::condition until;
        until.what =
            options_.ready == ready_when::online ? node::condition::kind::online : node::condition::kind::address;
        const duration patience =
            options_.patience ? duration(*options_.patience) : duration(std::chrono::hours(24 * 365));
        const auto reached = co_await node_.async_wait(until, patience);
        if (reached && hooks_.ready) hooks_.ready(service_.status());
        if (reached) co_return;
        too_late_ = fail(not_ready(node_, reached.error()));
        stop();
    }

    stop_signals& signals_;
    node::node& node_;
    node_service& service_;
    rpc_server& rpc_;
    const node_process_options& options_;
    const process_hooks& hooks_;
    net::task_group others_;
    result<void> outcome_;
    std::optional<result<void>> too_late_;
};

}  // namespace

result<void> run_node(const node_process_options& options, const process_hooks& hooks) {
    allow_open_files();
    auto config = load_config(options);
    if (!config) return fail(config.error());
    const auto sink = log_sink::open({config->log_level, options.log_file});
    if (!sink) return fail(sink.error());
    const auto log = sink->lines();
    asio::io_context context(1);
    stop_signals signals(context.get_executor());
    auto node = node::node::open(context, to_node_options(options, std::move(*config), hooks, log));
    if (!node) return fail(node.error());
    node_service service(**node);
    rpc_server_options where;
    where.path = options.socket;
    auto rpc = rpc_server::listen(context.get_executor(), service, where, log);
    if (!rpc) return fail(rpc.error());
    node_process process(context, signals, **node, service, *rpc, options, hooks);
    net::task_group all(context.get_executor());
    all.spawn(process.run());
    context.run();
    return process.outcome();
}

wire::json examine_host(const std::filesystem::path& state_directory) {
    return node::examine_host(state_directory, store::node_config().interface);
}

}  // namespace buri::daemon
