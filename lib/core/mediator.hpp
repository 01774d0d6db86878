#pragma once
// The mediation server above its connections: who is online, which tunnels exist, what each node is told. Sans-I/O.
//
// A change of the directory leaves as `commit`; the driver makes it durable and calls on_committed or on_commit_failed,
// and only then is it acknowledged and told to others.
#include "buri/base/log.hpp"
#include "buri/base/suite.hpp"
#include "buri/base/time_point.hpp"
#include "buri/core/directory/directory.hpp"
#include "buri/wire/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace buri::core {

struct mediator_settings {
    ip_prefix pool;                ///< addresses of nodes
    ip_prefix ula;                 ///< a /64
    std::vector<suite_id> suites;  ///< allowed between peers
    directory_limits limits;
    /// A node whose connection was lost, not ended with bye, stays online for its peers this long.
    duration absence = std::chrono::seconds(20);
    std::uint32_t registrations_per_minute = 600;  ///< over all addresses
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
using mediator_output = std::variant<deliver, disconnect, commit, registration_done>;

class mediator {
public:
    mediator(mediator_settings settings, directory records, random_source& random, logger log);
    ~mediator();
    mediator(const mediator&) = delete;
    mediator& operator=(const mediator&) = delete;

    /// A new account for a key; the same key again gets the account it has. Ends in registration_done.
    void register_account(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, wall_time today,
                          time_point now);
    void on_connected(connection_id connection, node_id node, time_point now);
    void on_message(connection_id connection, const wire::numbered_request& message, wall_time today, time_point now);
    void on_disconnected(connection_id connection, time_point now);

    void on_committed(std::uint64_t ticket, time_point now);
    void on_commit_failed(std::uint64_t ticket, const error& why, time_point now);

    void on_deadline(time_point now);
    [[nodiscard]] time_point next_deadline() const;
    std::optional<mediator_output> poll_output();

    [[nodiscard]] const directory& records() const;
    [[nodiscard]] std::size_t online_count() const;
    [[nodiscard]] std::size_t tunnel_count() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace buri::core
