#pragma once
// Changes of the directory: asked for, decided one after the other, made durable, and only then visible. A change is
// decided on the records as the one before it left them, never on stale ones.
#include "buri/core/mediator/introductions.hpp"
#include "buri/core/mediator/news.hpp"
#include "buri/core/mediator/rate_limit.hpp"

namespace buri::core {

class changes {
public:
    static constexpr std::uint32_t max_waiting_per_node = 32;
    static constexpr std::uint32_t passwords_per_minute = 10;
    /// Enough to make or join as many networks as one may at once; after that one a second.
    static constexpr std::uint32_t changes_in_period = 300;
    static constexpr auto change_period = std::chrono::minutes(5);

    changes(const mediator_settings& settings, directory& records, roster& nodes, outbox& out, news& told,
            introductions& tunnels, random_source& random, const logger& log);

    /// create, join, leave, delete or nick. Answered now if it cannot wait, else when it is decided and durable.
    void on_request(online_node& from, const wire::numbered_request& message, wall_time today, time_point now);
    void on_registration(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, wall_time today,
                         time_point now);
    void on_committed(std::uint64_t ticket);
    void on_commit_failed(std::uint64_t ticket, const error& why);

private:
    struct waiting_request {
        connection_id connection = 0;
        node_id node;
        wire::numbered_request message;
        wall_time today;
    };
    struct waiting_registration {
        std::uint64_t ticket = 0;
        bytes key_blob;
        std::string nickname;
        wall_time today;
        node_id made;
    };
    using waiting_change = std::variant<waiting_request, waiting_registration>;
    struct outstanding_change {
        std::uint64_t ticket = 0;
        waiting_change origin;
        record_change change;
    };

    [[nodiscard]] result<void> check_limits(const online_node& from, const wire::request& body, time_point now);
    void advance();
    /// Nothing if it is answered already.
    std::optional<record_change> decide(waiting_request& waiting);
    std::optional<record_change> decide(waiting_registration& waiting);
    result<record_change> apply_rule(const waiting_request& waiting);
    void commit_now(waiting_change origin, record_change change);
    std::optional<outstanding_change> take_outstanding(std::uint64_t ticket);

    void make_visible(const waiting_request& waiting, const record_change& change);
    void make_visible(const waiting_registration& waiting, const record_change& change);
    void on_joined(node_id node, const network_name& name);
    void answer(const waiting_request& waiting, const result<void>& outcome);

    const mediator_settings& settings_;
    directory& records_;
    roster& nodes_;
    outbox& out_;
    news& news_;
    introductions& tunnels_;
    random_source& random_;
    const logger& log_;
    rate_limit passwords_;
    rate_limit changes_;
    rate_limit registrations_;
    std::deque<waiting_change> waiting_;
    std::optional<outstanding_change> outstanding_;
    std::uint64_t last_ticket_ = 0;
};

}  // namespace buri::core
