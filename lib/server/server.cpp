#include "buri/server/server.hpp"

#include "buri/net/listen_error.hpp"
#include "buri/net/tokens.hpp"
#include "buri/server/state_files.hpp"
#include "buri/wire/stun.hpp"

#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>

#include <cerrno>

namespace buri::server {
namespace {

std::optional<bytes> answer_stun(const endpoint& from, byte_view datagram) {
    const auto request = wire::parse_stun_request(datagram);
    if (!request) return std::nullopt;
    return wire::encode_stun_response({.transaction = request->transaction, .mapped = from});
}

bool has_no_ipv6(const asio::error_code& problem) {
    return problem == asio::error::address_family_not_supported ||
           problem == std::error_code(EADDRNOTAVAIL, std::system_category());
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
    return {};
}

result<void> server::listen_on(const ip_address& address, const store::server_config& config) {
    const asio::ip::tcp::endpoint where(net::to_asio(address), config.listen_tcp);
    asio::ip::tcp::acceptor acceptor(context_);
    asio::error_code problem;
    acceptor.open(where.protocol(), problem);
    if (!problem) acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true), problem);
    if (!problem && !address.is_v4()) acceptor.set_option(asio::ip::v6_only(true), problem);
    if (!problem) acceptor.bind(where, problem);
    if (problem && !address.is_v4() && address.is_unspecified() && has_no_ipv6(problem)) {
        log_.warning("this machine has no IPv6", {{"endpoint", to_string(endpoint{address, config.listen_tcp})}});
        return {};
    }
    if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
    if (problem) return fail(net::listen_error("TCP", {address, config.listen_tcp}, problem));
    acceptors_.push_back(std::move(acceptor));
    for (const auto port : config.listen_stun) {
        auto responder = net::udp_responder::open(context_.get_executor(), {address, port});
        if (!responder) return fail(responder.error());
        stun_.push_back(std::move(*responder));
    }
    return {};
}

asio::awaitable<void> server::run_acceptor(asio::ip::tcp::acceptor& acceptor) {
    asio::steady_timer pause(context_);
    for (;;) {
        asio::ip::tcp::socket socket(context_);
        const auto [problem] = co_await acceptor.async_accept(socket, net::as_tuple);
        if (problem == asio::error::operation_aborted) co_return;
        if (!problem) {
            sessions_.accept(std::move(socket));
            continue;
        }
        // Out of descriptors, say: it passes once connections end.
        log_.warning("cannot accept a connection", {{"error", problem.message()}});
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(net::as_tuple);
    }
}

asio::awaitable<void> server::run() {
    for (auto& acceptor : acceptors_)
        tasks_.spawn(run_acceptor(acceptor));
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
