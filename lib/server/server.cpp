#include "buri/server/server.hpp"

#include "buri/server/own_addresses.hpp"
#include "buri/server/state_files.hpp"
#include "buri/wire/stun.hpp"

namespace buri::server {
namespace {

std::optional<bytes> answer_stun(const endpoint& from, byte_view datagram) {
    const auto request = wire::parse_stun_request(datagram);
    if (!request) return std::nullopt;
    return wire::encode_stun_response({.transaction = request->transaction, .mapped = from});
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
      reception_(
          tasks_, context.get_executor(),
          [this](auto stream, auto who) { sessions_.accept(std::move(stream), std::move(who)); }, {}, log),
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
    const auto done = reception_.listen({address, config.listen_tcp});
    if (!done) return done;
    for (const auto port : config.listen_stun) {
        auto responder = net::udp_responder::open(context_.get_executor(), {address, port});
        if (!responder) return fail(responder.error());
        stun_.push_back(std::move(*responder));
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
        if (done) is_served = true;
        if (!done) warn(done.error());
    }
    if (!is_served) return 0;
    log_.info("TLS is served", {{"port", std::to_string(config.listen_tls)}});
    return config.listen_tls;
}

asio::awaitable<void> server::run() {
    reception_.start();
    for (auto& responder : stun_)
        tasks_.spawn(responder.run(answer_stun));
    tasks_.spawn(sessions_.run_timer());
    tasks_.spawn(sessions_.run_pruning());
    co_await tasks_.join();
}

void server::stop() {
    sessions_.close_all();
    tasks_.cancel();
}

}  // namespace buri::server
