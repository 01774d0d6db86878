#pragma once
// The mediation server, assembled: TCP and TLS for the control channel, its own relay with STUN, the database, and the mediator that
// decides.
#include "buri/base/log.hpp"
#include "buri/base/result.hpp"
#include "buri/crypto/system_random.hpp"
#include "buri/net/task_group.hpp"
#include "buri/relay/service.hpp"
#include "buri/server/administration.hpp"
#include "buri/server/initialise.hpp"
#include "buri/server/reach_sender.hpp"
#include "buri/server/reception.hpp"
#include "buri/server/sessions.hpp"
#include "buri/store/server_database.hpp"
#include "buri/store/state_lock.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <memory>
#include <vector>

namespace buri::server {

class server {
public:
    /// Reads the state directory and takes the ports. Every error says what to do.
    static result<std::unique_ptr<server>> open(asio::io_context& context, const server_place& place,
                                                store::server_config config, logger log);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Serves until stop().
    asio::awaitable<void> run();
    void stop();

    /// What the operator asks and does.
    [[nodiscard]] buri::server::administration& administration() { return administration_; }

private:
    server(asio::io_context& context, store::state_lock lock, const server_place& place, store::server_config config,
           core::server_host_keys keys, store::server_database database, directory_records records, logger log);

    result<void> listen();
    result<void> listen_on(const ip_address& address, const store::server_config& config);
    /// What the relay carries, told now and then.
    asio::awaitable<void> run_load();
    /// The port where TLS is served; 0 if it cannot be had, which is logged.
    std::uint16_t listen_tls(const store::server_config& config);

    asio::io_context& context_;
    store::state_lock lock_;
    logger log_;
    crypto::system_random random_;
    net::task_group tasks_;
    sessions sessions_;
    relay::service relay_;
    reception reception_;
    reach_sender reach_sender_;
    buri::server::administration administration_;
};

}  // namespace buri::server
