#include "buri/server/server.hpp"

#include "buri/net/tokens.hpp"
#include "buri/server/own_addresses.hpp"
#include "buri/server/state_files.hpp"

#include <asio/steady_timer.hpp>

#include <algorithm>

namespace buri::server {
namespace {

constexpr auto load_interval = std::chrono::seconds(10);

core::relay_settings relay_settings_of(const core::server_host_keys& keys) {
    return {.id = own_relay, .server = keys.ed25519.public_part()};
}

/// One address for each family, and the second that the operator named.
core::stun_addresses stun_addresses_of(const store::server_config& config, std::span<const ip_address> machine) {
    core::stun_addresses out;
    out.ports.assign(config.listen_stun.begin(), config.listen_stun.end());
    if (!config.other_address) return out;
    for (const auto& address : reach_of(config, machine).addresses) {
        const bool is_here = std::ranges::find(machine, address) != machine.end();
        const bool is_first = out.addresses.empty() && address != config.other_address;
        if (is_here && is_first && address.is_v4() == config.other_address->is_v4()) out.addresses.push_back(address);
    }
    out.addresses.push_back(*config.other_address);
    return out;
}

relay::service_settings service_settings_of(const store::server_config& config, const core::server_host_keys& keys) {
    relay::service_settings out;
    if (config.relay) out.relay = relay_settings_of(keys);
    out.stun = stun_addresses_of(config, machine_addresses());
    return out;
}

}  // namespace

server::server(asio::io_context& context, store::state_lock lock, const server_place& place,
               store::server_config config, core::server_host_keys keys, store::server_database database,
               directory_records records, logger log)
    : context_(context),
      lock_(std::move(lock)),
      log_(log),
      tasks_(context.get_executor()),
      sessions_(tasks_, context.get_executor(), config, std::move(keys), std::move(database), std::move(records),
                random_, log),
      relay_(context.get_executor(), service_settings_of(config, sessions_.keys()), random_, log),
      reception_(
          tasks_, context.get_executor(),
          [this](auto stream, auto who) { sessions_.accept(std::move(stream), std::move(who)); },
          [this](auto stream, auto who) {
              tasks_.spawn(
                  relay_.run_stream(std::move(stream), std::make_shared<core::strangers::guest>(std::move(who))));
          },
          log),
      reach_sender_(context.get_executor(), config.bind, config.other_address),
      administration_(context.get_executor(), sessions_, place, std::move(config), random_) {}

server::~server() = default;

result<std::unique_ptr<server>> server::open(asio::io_context& context, const server_place& place,
                                             store::server_config config, logger log) {
    auto lock = store::state_lock::acquire(place.state);
    if (!lock) return fail(lock.error());
    auto keys = load_host_keys(place.state);
    if (!keys) return fail(keys.error());
    auto database = store::server_database::open(database_path(place.state));
    if (!database) return fail(database.error());
    auto records = database->load();
    if (!records) return fail(records.error());
    std::unique_ptr<server> made(new server(context, std::move(*lock), place, std::move(config), std::move(*keys),
                                            std::move(*database), std::move(*records), std::move(log)));
    const auto listening = made->listen();
    if (!listening) return fail(listening.error());
    return made;
}

result<void> server::listen() {
    const auto& config = administration_.config();
    for (const auto& address : config.bind) {
        const auto done = listen_on(address, config);
        if (!done) return done;
    }
    auto reach = reach_of(config, machine_addresses());
    reach.tls_port = listen_tls(config);
    sessions_.set_reach(std::move(reach));
    sessions_.set_reach_sender([this](const core::reach_check& check) { reach_sender_.send(check); });
    return {};
}

result<void> server::listen_on(const ip_address& address, const store::server_config& config) {
    const auto has_family = reception_.listen({address, config.listen_tcp});
    if (!has_family) return fail(has_family.error());
    if (!*has_family) return {};
    for (const auto port : config.listen_stun) {
        const auto done = relay_.add_udp({address, port});
        if (!done) return done;
    }
    return {};
}

std::uint16_t server::listen_tls(const store::server_config& config) {
    if (config.listen_tls == 0) return 0;
    const auto warn = [&](const error& why) {
        log_.warning("no TLS: nodes in networks that let nothing else out cannot connect",
                     {{"error", why.text}, {"next", "free the port, or set listen_tls in server.toml"}});
    };
    const std::vector<std::string> protocols{std::string(net::control_protocol), std::string(net::relay_protocol)};
    const auto context = net::tls_server_context::make_self_signed(config.name.value_or("localhost"),
                                                                   sessions_.keys().ed25519.to_pem(), protocols);
    if (!context) warn(context.error());
    bool is_served = false;
    for (const auto& address : config.bind) {
        if (!context) break;
        const auto done = reception_.listen_tls({address, config.listen_tls}, *context);
        if (done && *done) is_served = true;
        if (!done) warn(done.error());
    }
    if (!is_served) return 0;
    log_.info("TLS is served", {{"port", std::to_string(config.listen_tls)}});
    return config.listen_tls;
}

asio::awaitable<void> server::run_load() {
    asio::steady_timer pause(context_);
    for (;;) {
        const auto now = relay_.statistics().relay;
        sessions_.set_own_relay_load({static_cast<std::uint32_t>(now.bindings), now.kbit, now.is_full});
        pause.expires_after(load_interval);
        const auto [problem] = co_await pause.async_wait(net::as_tuple);
        if (problem == asio::error::operation_aborted) co_return;
    }
}

asio::awaitable<void> server::run() {
    reception_.start();
    tasks_.spawn(relay_.run());
    tasks_.spawn(run_load());
    tasks_.spawn(sessions_.run_timer());
    tasks_.spawn(sessions_.run_pruning());
    co_await tasks_.join();
}

void server::stop() {
    sessions_.close_all();
    tasks_.cancel();
}

}  // namespace buri::server
