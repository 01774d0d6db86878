#pragma once
// Changes of the directory: asked for, decided one after the other, made durable, and only then visible. A change is
// decided on the records as the one before it left them, never on stale ones.
//
//     asked -> [hashed ->] waiting -> decided -> durable -> visible
#include "buri/core/mediator/aftermath.hpp"
#include "buri/core/mediator/confirmations.hpp"
#include "buri/core/mediator/hash_queue.hpp"
#include "buri/core/mediator/request_limits.hpp"

namespace buri::core {

class changes {
public:
    changes(const present& at, roster& nodes, outbox& out, aftermath& after, request_limits& limits, const logger& log)
        : at_(at), nodes_(nodes), out_(out), after_(after), limits_(limits), log_(log) {}

    /// Answered now if it cannot wait, else when it is decided and durable.
    void on_request(online_node& from, const wire::numbered_request& message);
    void on_seen(online_node& from, std::uint32_t number, const wire::confirm_messages& seen);
    void on_registration(std::uint64_t ticket, byte_view key_blob, std::string_view nickname, const ip_address& from);
    void on_operation(std::uint64_t ticket, operator_wish wish);

    void on_hashed(std::uint64_t ticket, password_outcome outcome);
    void on_committed(std::uint64_t ticket);
    void on_commit_failed(std::uint64_t ticket, const error& why);
    void on_disconnected(node_id node);
    void on_deadline();
    [[nodiscard]] time_point next_deadline() const { return confirmations_.next_deadline(); }

private:
    struct registration_request {
        std::uint64_t ticket = 0;
        bytes key_blob;
        std::string nickname;
        node_id made;
    };
    struct operator_request {
        std::uint64_t ticket = 0;
        operator_wish wish;
    };
    /// A refused act, for the audit log.
    struct refusal {
        audit_record entry;
    };
    using waiting_change = std::variant<change_request, registration_request, operator_request, seen_messages, refusal>;
    struct outstanding_change {
        std::uint64_t ticket = 0;
        waiting_change origin;
        record_change change;
    };

    void advance();
    /// Nothing if it is answered already.
    std::optional<record_change> consider(change_request& waiting);
    std::optional<record_change> consider(registration_request& waiting);
    std::optional<record_change> consider(operator_request& waiting);
    std::optional<record_change> consider(seen_messages& waiting);
    std::optional<record_change> consider(refusal& waiting);
    /// True if the request waits for its password, or was refused because too many do.
    bool is_hashing(const change_request& waiting, const rule_input& input);
    void hash(change_request waiting, password_work work);
    void refuse(const change_request& waiting, const error& why);
    void take_confirmations();

    void done(const change_request& waiting, const record_change& change);
    void done(const registration_request& waiting, const record_change& change);
    void done(const operator_request& waiting, const record_change& change);
    void done(const seen_messages& waiting, const record_change& change);
    void done(const refusal& waiting, const record_change& change);
    void failed(const change_request& waiting, const error& why);
    void failed(const registration_request& waiting, const error& why);
    void failed(const operator_request& waiting, const error& why);
    void failed(const seen_messages& waiting, const error& why);
    void failed(const refusal& waiting, const error& why);

    std::optional<outstanding_change> take_outstanding(std::uint64_t ticket);
    void answer(const change_request& waiting, wire::answer what);
    void answer(const seen_messages& waiting, const result<void>& outcome);

    const present& at_;
    roster& nodes_;
    outbox& out_;
    aftermath& after_;
    request_limits& limits_;
    const logger& log_;
    hash_queue hashes_;
    confirmations confirmations_;
    std::deque<waiting_change> waiting_;
    std::optional<outstanding_change> outstanding_;
    std::uint64_t last_ticket_ = 0;
};

}  // namespace buri::core
