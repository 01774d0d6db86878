#include "buri/core/mediator/changes.hpp"

#include <algorithm>
#include <iterator>

namespace buri::core {
namespace {

wire::error_answer error_answer_of(const error& why) {
    return {static_cast<std::uint16_t>(why.code), why.text};
}

result<record_change> decide_request(const rule_input& input, node_id actor, const wire::request& body) {
    return std::visit(
        [&](const auto& wish) -> result<record_change> {
            if constexpr (requires { decide(input, actor, wish); }) {
                return decide(input, actor, wish);
            } else {
                return fail(errc::unknown_request);
            }
        },
        body);
}

}  // namespace

// ---- asked --------------------------------------------------------------------------------------------------------------

void changes::on_request(online_node& from, const wire::numbered_request& message) {
    if (const auto allowed = limits_.on_change(from, message.body, at_.now); !allowed) {
        out_.answer(*from.connection, message.number, allowed);
        return;
    }
    ++from.waiting_requests;
    change_request asked{*from.connection, from.id, from.from.address, message};
    if (auto work = work_for(at_.input(), from.id, message.body)) {
        hash(std::move(asked), std::move(*work));
        return;
    }
    waiting_.emplace_back(std::move(asked));
    advance();
}

void changes::on_seen(online_node& from, std::uint32_t number, const wire::confirm_messages& seen) {
    const auto now = decide(at_.input(), from.id, seen);
    if (!now) return out_.answer(*from.connection, number, error_answer_of(now.error()));
    if (now->empty()) return out_.answer(*from.connection, number, wire::ok_answer{false});
    if (!confirmations_.add({*from.connection, from.id, number}, seen, at_.now)) {
        out_.answer(*from.connection, number,
                    fail(errc::too_many_requests,
                         attempt(seen) + ": too many confirmations wait already; they are repeated by themselves"));
    }
}

void changes::on_registration(std::uint64_t ticket, byte_view key_blob, std::string_view nickname,
                              const ip_address& from) {
    if (auto allowed = limits_.on_registration(from, at_.now); !allowed) {
        out_.put(registration_done{ticket, fail(allowed.error())});
        return;
    }
    waiting_.emplace_back(
        registration_request{ticket, bytes(key_blob.begin(), key_blob.end()), std::string(nickname), {}});
    advance();
}

void changes::on_operation(std::uint64_t ticket, operator_wish wish) {
    waiting_.emplace_back(operator_request{ticket, std::move(wish)});
    advance();
}

void changes::hash(change_request waiting, password_work work) {
    auto wanted = hashes_.add(waiting, std::move(work));
    if (wanted) return out_.put(std::move(*wanted));
    if (auto* const from = nodes_.by_connection(waiting.connection)) --from->waiting_requests;
    answer(waiting, error_answer_of(wanted.error()));
}

void changes::on_hashed(std::uint64_t ticket, password_outcome outcome) {
    auto waiting = hashes_.take(ticket, std::move(outcome));
    if (!waiting) return;
    waiting_.emplace_back(std::move(*waiting));
    advance();
}

void changes::take_confirmations() {
    waiting_.emplace_back(confirmations_.take());
    advance();
}

void changes::on_disconnected(node_id node) {
    if (confirmations_.has_from(node)) take_confirmations();
}

void changes::on_deadline() {
    if (confirmations_.next_deadline() <= at_.now) take_confirmations();
}

// ---- decided ------------------------------------------------------------------------------------------------------------

void changes::advance() {
    while (!outstanding_ && !waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        auto change = std::visit([this](auto& waiting) { return consider(waiting); }, next);
        if (!change) continue;
        out_.put(commit{++last_ticket_, *change});
        outstanding_ = outstanding_change{last_ticket_, std::move(next), std::move(*change)};
    }
}

bool changes::is_hashing(const change_request& waiting, const rule_input& input) {
    auto work = work_for(input, waiting.node, waiting.message.body);
    if (!work) return false;
    hash(waiting, std::move(*work));
    return true;
}

std::optional<record_change> changes::consider(change_request& waiting) {
    auto* const from = nodes_.by_connection(waiting.connection);
    if (from == nullptr) return std::nullopt;  // whoever asked is gone, and was promised nothing
    auto input = at_.input();
    input.password = waiting.password;
    if (is_hashing(waiting, input)) return std::nullopt;
    --from->waiting_requests;
    auto change = decide_request(input, waiting.node, waiting.message.body);
    if (change && !change->empty()) return std::move(*change);
    if (change) {
        answer(waiting, wire::ok_answer{false});
        return std::nullopt;
    }
    if (std::holds_alternative<wire::join_network>(waiting.message.body)) {
        limits_.on_refused_join(*from, change.error().code, at_.now);
    }
    refuse(waiting, change.error());
    return std::nullopt;
}

void changes::refuse(const change_request& waiting, const error& why) {
    answer(waiting, error_answer_of(why));
    auto entry = refusal_record(at_.input(), waiting.node, waiting.message.body, why.code);
    if (entry && limits_.keeps_refusal(waiting.node, at_.now)) waiting_.emplace_front(refusal{std::move(*entry)});
}

std::optional<record_change> changes::consider(registration_request& waiting) {
    auto made =
        register_account(at_.records, at_.settings.pool, waiting.key_blob, waiting.nickname, at_.today, at_.random);
    if (!made) {
        out_.put(registration_done{waiting.ticket, fail(made.error())});
        return std::nullopt;
    }
    if (made->change.empty()) {
        out_.put(registration_done{waiting.ticket, made->id});
        return std::nullopt;
    }
    waiting.made = made->id;
    return std::move(made->change);
}

std::optional<record_change> changes::consider(operator_request& waiting) {
    auto change = decide(at_.input(), waiting.wish);
    if (change && !change->empty()) return std::move(*change);
    if (change) {
        out_.put(operator_done{waiting.ticket, false});
    } else {
        out_.put(operator_done{waiting.ticket, fail(change.error())});
    }
    return std::nullopt;
}

std::optional<record_change> changes::consider(seen_messages& waiting) {
    record_change all;
    for (const auto& [who, seen] : waiting.what) {
        auto change = decide(at_.input(), who.first, seen);
        if (!change) continue;  // it is no member any more
        std::ranges::move(*change, std::back_inserter(all));
    }
    if (!all.empty()) return all;
    answer(waiting, {});
    return std::nullopt;
}

std::optional<record_change> changes::consider(refusal& waiting) {
    return record_change{put_audit{waiting.entry}};
}

// ---- durable, or not ------------------------------------------------------------------------------------------------------

std::optional<changes::outstanding_change> changes::take_outstanding(std::uint64_t ticket) {
    if (!outstanding_ || outstanding_->ticket != ticket) return std::nullopt;
    return std::exchange(outstanding_, std::nullopt);
}

void changes::on_committed(std::uint64_t ticket) {
    const auto durable = take_outstanding(ticket);
    if (!durable) return;
    std::visit([&](const auto& origin) { done(origin, durable->change); }, durable->origin);
    advance();
}

void changes::on_commit_failed(std::uint64_t ticket, const error& why) {
    const auto lost = take_outstanding(ticket);
    if (!lost) return;
    log_.error("change not made durable", {{"error", why.text}});
    std::visit([&](const auto& origin) { failed(origin, why); }, lost->origin);
    advance();
}

/// The one who asked is told what changed before it is told that it is done: then what it shows is true.
void changes::done(const change_request& waiting, const record_change& change) {
    const auto gone = after_.make_visible(change);
    log_.debug("change made", {{"peer", to_string(waiting.node)}});
    const auto* const invite = std::get_if<wire::make_invite>(&waiting.message.body);
    if (invite != nullptr) {
        answer(waiting, wire::invite_made{at_.records.invite_by_digest(invite->digest)->id});
    } else {
        answer(waiting, wire::ok_answer{});
    }
    after_.disconnect_gone(gone);
}

void changes::done(const registration_request& waiting, const record_change& change) {
    after_.make_visible(change);
    log_.info("account made", {{"peer", to_string(waiting.made)}});
    out_.put(registration_done{waiting.ticket, waiting.made});
}

void changes::done(const operator_request& waiting, const record_change& change) {
    after_.disconnect_gone(after_.make_visible(change));
    out_.put(operator_done{waiting.ticket, true});
}

void changes::done(const seen_messages& waiting, const record_change& change) {
    after_.make_visible(change);
    answer(waiting, {});
}

void changes::done(const refusal&, const record_change& change) {
    after_.make_visible(change);
}

void changes::failed(const change_request& waiting, const error& why) {
    answer(waiting, error_answer_of({why.code, attempt(waiting.message.body) + ": " + why.text}));
}

void changes::failed(const registration_request& waiting, const error& why) {
    out_.put(registration_done{waiting.ticket, fail(why.code, "cannot make an account: " + why.text)});
}

void changes::failed(const operator_request& waiting, const error& why) {
    out_.put(operator_done{waiting.ticket, fail(why)});
}

void changes::failed(const seen_messages& waiting, const error& why) {
    answer(waiting, fail(why));
}

void changes::failed(const refusal& waiting, const error&) {
    log_.error("a refused act is missing from the audit log", {{"peer", to_string(waiting.entry.actor)}});
}

void changes::answer(const change_request& waiting, wire::answer what) {
    if (nodes_.by_connection(waiting.connection) == nullptr) return;
    out_.answer(waiting.connection, waiting.message.number, std::move(what));
}

void changes::answer(const seen_messages& waiting, const result<void>& outcome) {
    for (const auto& asker : waiting.askers) {
        if (nodes_.by_connection(asker.connection) != nullptr) out_.answer(asker.connection, asker.number, outcome);
    }
}

}  // namespace buri::core
