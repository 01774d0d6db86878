#pragma once
// All connections of the server, and the mediator above them: carries each one's outputs to where they belong.
#include "buri/core/mediator.hpp"
#include "buri/net/machine_timer.hpp"
#include "buri/net/task_group.hpp"
#include "buri/server/session.hpp"
#include "buri/server/sessions/password_pool.hpp"
#include "buri/store/server_config.hpp"
#include "buri/store/server_database.hpp"

#include <asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>

namespace buri::server {

class sessions {
public:
    /// Whether the act changed anything.
    using operator_outcome = std::function<void(const result<bool>&)>;
    using reach_sender_function = std::function<void(const core::reach_check&)>;
    using log_listener = std::function<void(const audit_record&)>;

    sessions(net::task_group& tasks, const asio::any_io_executor& executor, const store::server_config& config,
             core::server_host_keys keys, store::server_database database, directory_records records,
             random_source& random, logger log);

    /// Takes over a stream that is to be a control channel.
    void accept(std::unique_ptr<net::byte_stream> stream, core::strangers::guest who);
    /// Where nodes find this server, from now on.
    void set_reach(core::server_reach reach);
    /// Sends what checks an endpoint of a node.
    void set_reach_sender(reach_sender_function sender) { send_check_ = std::move(sender); }
    /// What the server's own relay carries.
    void set_own_relay_load(const wire::relay_load& load);
    /// The mediator's deadlines. Runs until cancelled.
    asio::awaitable<void> run_timer();
    /// Keeps the audit log as short as the configuration says: now and once a day, and between as it grows. Runs until cancelled.
    asio::awaitable<void> run_pruning();
    /// Ends every connection.
    void close_all();

    /// `done` is called once, when the act is durable or was refused; perhaps before this returns.
    void operate(core::operator_wish wish, operator_outcome done);
    /// Plans, limits, suites and who may register, from now on; connected nodes hear of what changes for them.
    void configure(const store::server_config& config);
    /// Is told of every entry of the audit log from now on; an empty one ends that.
    void set_log_listener(log_listener listener) { log_listener_ = std::move(listener); }

    [[nodiscard]] const core::mediator& mediator() const { return mediator_; }
    [[nodiscard]] const core::server_host_keys& keys() const { return keys_; }
    [[nodiscard]] const core::licence_issuer& licences() const { return licences_; }
    [[nodiscard]] const core::plan_table& plans() const { return plans_; }
    /// Strangers included.
    [[nodiscard]] std::size_t connection_count() const { return open_.size(); }
    /// For the audit log and backups; changes go through operate().
    [[nodiscard]] store::server_database& database() { return database_; }

private:
    using session_ptr = std::shared_ptr<session>;

    static asio::awaitable<void> run_writer(session_ptr which);
    asio::awaitable<void> run_reader(session_ptr which);
    [[nodiscard]] core::mediator_settings settings() const;

    void end(session& which);
    void pump_session(session& which);
    void pump_mediator();
    void on_handshake_output(session& which, core::control_server_output& output);
    void on_mediator_output(core::mediator_output& output);
    void on_message(session& which, byte_view cbor);
    void send(core::connection_id to, const wire::server_message& message);
    void on_disconnect(const core::disconnect& what);
    void on_commit(const core::commit& what);
    void on_registered(const core::registration_done& what);
    void on_hashed(std::uint64_t ticket, core::password_outcome outcome);
    void answer_log(const core::log_wanted& what);
    void on_operated(const core::operator_done& what);
    void prune();
    void prune_if_grown(const record_change& change);
    session* find(core::connection_id id);

    net::task_group& tasks_;
    asio::any_io_executor executor_;
    store::server_config config_;
    core::plan_table plans_;
    core::server_host_keys keys_;
    core::licence_issuer licences_;
    core::relay_token_issuer relay_tokens_;
    store::server_database database_;
    random_source& random_;
    logger log_;
    core::mediator mediator_;
    net::machine_timer timer_;
    std::map<core::connection_id, session_ptr> open_;
    core::connection_id last_id_ = 0;
    std::map<std::uint64_t, operator_outcome> operating_;
    std::uint64_t last_operation_ = 0;
    log_listener log_listener_;
    core::server_reach reach_;
    reach_sender_function send_check_;
    bool pumping_ = false;
    std::uint64_t unpruned_ = 0;  ///< entries of the audit log since it was shortened
    password_pool passwords_;
};

}  // namespace buri::server
