#pragma once
// All connections of the server, and the mediator above them: carries each one's outputs to where they belong.
#include "buri/core/mediator.hpp"
#include "buri/net/machine_timer.hpp"
#include "buri/net/task_group.hpp"
#include "buri/server/session.hpp"
#include "buri/store/server_config.hpp"
#include "buri/store/server_database.hpp"

#include <asio/awaitable.hpp>

#include <map>
#include <memory>

namespace buri::server {

class sessions {
public:
    sessions(net::task_group& tasks, const asio::any_io_executor& executor, const store::server_config& config,
             core::server_host_keys keys, store::server_database database, directory_records records,
             random_source& random, logger log);

    /// Takes over an accepted connection; closes it at once if too many strangers are connected.
    void accept(asio::ip::tcp::socket socket);
    /// The mediator's deadlines. Runs until cancelled.
    asio::awaitable<void> run_timer();
    /// Ends every connection.
    void close_all();

private:
    using session_ptr = std::shared_ptr<session>;

    static asio::awaitable<void> run_writer(session_ptr which);
    asio::awaitable<void> run_reader(session_ptr which);
    [[nodiscard]] bool too_many_strangers(const ip_address& from) const;

    void end(session& which);
    void pump_session(session& which);
    void pump_mediator();
    void on_handshake_output(session& which, core::control_server_output& output);
    void on_mediator_output(core::mediator_output& output);
    void on_message(session& which, byte_view cbor);
    session* find(core::connection_id id);

    net::task_group& tasks_;
    std::vector<suite_id> suites_;
    bool registration_open_;
    core::server_host_keys keys_;
    store::server_database database_;
    random_source& random_;
    logger log_;
    core::mediator mediator_;
    net::machine_timer timer_;
    std::map<core::connection_id, session_ptr> open_;
    core::connection_id last_id_ = 0;
    bool pumping_ = false;
};

}  // namespace buri::server
