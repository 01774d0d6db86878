#pragma once
// The mediation server above its connections: who is online, which tunnels exist, what each node is told. Sans-I/O.
//
// A change of the directory leaves as `commit`; the driver makes it durable and calls on_committed or on_commit_failed,
// and only then is it acknowledged and told to others.
#include "buri/base/log.hpp"
#include "buri/base/suite.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/directory/directory.hpp"
#include "buri/core/directory/relay_token_issuer.hpp"
#include "buri/core/directory/rules.hpp"
#include "buri/wire/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace buri::core {

/// Where nodes find this server.
struct server_reach {
    std::vector<ip_address> addresses;      ///< as nodes reach them, the best first
    std::vector<std::uint16_t> stun_ports;  ///< UDP; the first is that of the server's own relay as well
    std::uint16_t tcp_port = 0;             ///< streams to its own relay; 0: none
    std::uint16_t tls_port = 0;
    std::string host;        ///< its name for TLS; may be empty
    bool has_relay = false;  ///< it is a relay itself

    bool operator==(const server_reach&) const = default;
};

struct mediator_settings {
    ip_prefix pool;                ///< addresses of nodes
    ip_prefix ula;                 ///< a /64
    std::vector<suite_id> suites;  ///< allowed between peers
    plan_table plans;
    /// A node whose connection was lost, not ended with bye, stays online for its peers this long.
    duration absence = std::chrono::seconds(20);
    std::uint32_t registrations_per_minute = 600;  ///< over all addresses
    server_reach reach;
};

/// A relay that is here.
struct relay_state {
    wire::relay_info info;
    std::string software;
    wall_time since;  ///< of its connection
    std::uint32_t bindings = 0;
    std::uint32_t kbit = 0;  ///< per second, forwarded of late
    bool is_full = false;
};

/// One authenticated connection of a node. The driver numbers them, never using a number again.
using connection_id = std::uint64_t;

struct deliver {
    connection_id to = 0;
    wire::server_message message;
};
struct disconnect {
    connection_id which = 0;
    error why;
};
struct commit {
    std::uint64_t ticket = 0;
    record_change change;
};
struct registration_done {
    std::uint64_t ticket = 0;
    result<node_id> outcome;
};
/// scrypt, off the control thread; ends in on_hashed().
struct hash_wanted {
    std::uint64_t ticket = 0;
    password_work work;
};
/// A page of the audit log, to be read from the database and delivered as the answer wire::log_page.
struct log_wanted {
    connection_id to = 0;
    std::uint32_t number = 0;  ///< of the request
    std::uint64_t network = 0;
    std::uint64_t after = 0;
    std::uint32_t limit = 0;
};
/// An act was written to the audit log.
struct logged {
    audit_record entry;
};
/// A STUN success response with this transaction, to be sent from a port (best: an address) that the node does not send to.
struct reach_check {
    endpoint to;
    bytes transaction;
};
/// Whether it changed anything.
struct operator_done {
    std::uint64_t ticket = 0;
    result<bool> outcome;
};
using mediator_output = std::variant<deliver, disconnect, commit, registration_done, hash_wanted, log_wanted, logged,
                                     reach_check, operator_done>;

class mediator {
public:
    /// `licences` and `relay_tokens` must outlive it.
    mediator(mediator_settings settings, directory records, const licence_issuer& licences,
             const relay_token_issuer& relay_tokens, random_source& random, logger log);
    ~mediator();
    mediator(const mediator&) = delete;
    mediator& operator=(const mediator&) = delete;

    /// A new account for a key; the same key again gets the account it has. Ends in registration_done. `from` as below.
    void register_account(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, const ip_address& from,
                          wall_time today, time_point now);
    /// `from` is where the connection comes from: passwords are counted by node and by address, and peers are told.
    void on_connected(connection_id connection, node_id node, const endpoint& from, time_point now);
    void on_message(connection_id connection, const wire::numbered_request& message, wall_time today, time_point now);
    void on_disconnected(connection_id connection, time_point now);

    void on_committed(std::uint64_t ticket, time_point now);
    void on_commit_failed(std::uint64_t ticket, const error& why, time_point now);

    void on_hashed(std::uint64_t ticket, password_outcome outcome, wall_time today, time_point now);

    /// What the operator of the server decides; ends in operator_done.
    void operate(std::uint64_t ticket, operator_wish wish, wall_time today, time_point now);
    /// Other settings from now on; nodes hear of what changes for them.
    void configure(mediator_settings settings, wall_time today, time_point now);

    /// What the server's own relay carries.
    void on_own_relay_load(const wire::relay_load& load, time_point now);

    void on_deadline(wall_time today, time_point now);
    [[nodiscard]] time_point next_deadline() const;
    std::optional<mediator_output> poll_output();

    [[nodiscard]] const directory& records() const;
    [[nodiscard]] bool is_online(node_id node) const;
    /// What an online node said that it runs; empty for one that is not.
    [[nodiscard]] std::string software_of(node_id node) const;
    [[nodiscard]] std::size_t online_count() const;
    [[nodiscard]] std::size_t tunnel_count() const;
    /// Nothing if the relay is not here.
    [[nodiscard]] const relay_state* relay(std::uint32_t id) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
